import { tf } from '@raremask/tfjs';
import { type Attributes, type ElementType, sizeOf, type Value } from '../graph.ts';
import {
  type Layout,
  physicalAxis,
  physicalShape,
  reshaped,
  rowMajor,
  transposed,
  withLeading,
} from '../layout.ts';
import {
  type Kernel,
  type Kernels,
  type LowerCall,
  type Lowered,
  ONNX_TYPES,
  Unsupported,
} from './kernel.ts';

const X = ['x'];

/** The same elements in another shape; nothing moves if the layout allows. */
function relabelled(
  inputs: readonly string[],
  shapeOf: (x: Value, attributes: Attributes) => readonly number[],
): Kernel {
  return {
    inputs,
    results: ([x], attributes) => ({ shape: shapeOf(x!, attributes), type: x!.type }),
    lower: (call) => reshapeTo(call, call.outputs[0]!.shape),
  };
}

function reshapeTo(call: LowerCall, shape: readonly number[]): Lowered {
  const from = call.inputs[0]!.shape;
  const kept = reshaped(from, call.layout(0), shape);
  const layout = kept ?? rowMajor(shape.length);
  const source = kept ? call.take(0, call.layout(0)) : call.take(0);
  const name = call.emit('Reshape', [source, call.ints(physicalShape(shape, layout))]);
  return { name, layout };
}

function axisOf(value: Value, attributes: Attributes): number {
  return tf.util.parseAxisParam(attributes['axis'] as number, [...value.shape])[0]!;
}

/** Layout of the largest input. */
function layoutOfLargest(call: LowerCall): Layout {
  let best = 0;
  for (const [index, input] of call.inputs.entries()) {
    if (call.inputs[best]!.constant || sizeOf(input.shape) > sizeOf(call.inputs[best]!.shape)) {
      if (!input.constant) best = index;
    }
  }
  return call.layout(best);
}

interface Cut {
  readonly begin: readonly number[];
  readonly end: readonly number[];
  readonly strides: readonly number[];
}

/** Cuts along logical axes, in the layout of the operand. */
function cut(
  call: LowerCall,
  { begin, end, strides }: Cut,
  layout: Layout = call.layout(0),
): Lowered {
  const { shape } = call.inputs[0]!;
  const axes = rowMajor(shape.length).filter(
    (axis) => begin[axis] !== 0 || end[axis] !== shape[axis] || strides[axis] !== 1,
  );
  const x = call.take(0, layout);
  if (axes.length === 0) return { name: x, layout };
  const ints = (numbers: readonly number[]) => call.ints(axes.map((axis) => numbers[axis]!));
  // ONNX reads a negative end as counted from behind; what lies before the first element is written so.
  const ends = end.map((at, axis) => (at < 0 ? -shape[axis]! - 1 : at));
  const places = call.ints(axes.map((axis) => physicalAxis(layout, axis)));
  const name = call.emit('Slice', [x, ints(begin), ints(ends), places, ints(strides)]);
  return { name, layout };
}

function strided(x: Value, attributes: Attributes) {
  const number = (name: string) => Number(attributes[name] ?? 0);
  return tf.slice_util.sliceInfo(
    [...x.shape],
    attributes['begin'] as number[],
    attributes['end'] as number[],
    attributes['strides'] as number[],
    number('beginMask'),
    number('endMask'),
    number('ellipsisMask'),
    number('newAxisMask'),
    number('shrinkAxisMask'),
  );
}

function paddedShape(x: Value, attributes: Attributes): number[] {
  const paddings = attributes['paddings'] as [number, number][];
  return x.shape.map((extent, axis) => extent + paddings[axis]![0] + paddings[axis]![1]);
}

function padding(call: LowerCall, mode: string, value?: string): Lowered {
  const layout = call.layout(0);
  const paddings = call.attributes['paddings'] as [number, number][];
  const side = (at: 0 | 1) => layout.map((axis) => paddings[axis]![at]);
  const pads = call.ints([...side(0), ...side(1)]);
  const inputs = [call.take(0, layout), pads, ...(value ? [value] : [])];
  return { name: call.emit('Pad', inputs, { mode }), layout };
}

function gatherResult([x, indices]: readonly Value[], attributes: Attributes) {
  const axis = axisOf(x!, attributes);
  const written = Number(attributes['batchDims'] ?? 0);
  const batch = written < 0 ? written + indices!.shape.length : written;
  const picked = indices!.shape.slice(batch);
  return {
    axis,
    batch,
    picked: picked.length,
    shape: [...x!.shape.slice(0, axis), ...picked, ...x!.shape.slice(axis + 1)],
  };
}

export const shapeKernels: Kernels = {
  Identity: relabelled(X, (x) => x.shape),
  Reshape: relabelled(X, (x, attributes) =>
    tf.util.inferFromImplicitShape(attributes['shape'] as number[], sizeOf(x.shape)),
  ),
  ExpandDims: relabelled(['input'], (x, attributes) => {
    const dim = Number(attributes['dim']);
    const at = dim < 0 ? x.shape.length + dim + 1 : dim;
    return [...x.shape.slice(0, at), 1, ...x.shape.slice(at)];
  }),
  Transpose: {
    inputs: X,
    results: ([x], attributes) => ({
      shape: (attributes['perm'] as number[]).map((axis) => x!.shape[axis]!),
      type: x!.type,
    }),
    lower: (call) => ({
      name: call.take(0, call.layout(0)),
      layout: transposed(call.layout(0), call.attributes['perm'] as number[]),
    }),
  },
  BroadcastTo: {
    inputs: X,
    results: ([x], attributes) => ({ shape: attributes['shape'] as number[], type: x!.type }),
    lower(call) {
      const { shape } = call.outputs[0]!;
      const layout = withLeading(call.layout(0), shape.length - call.inputs[0]!.shape.length);
      const x = call.spread(0, layout);
      return { name: call.emit('Expand', [x, call.ints(physicalShape(shape, layout))]), layout };
    },
  },
  Tile: {
    inputs: X,
    results: ([x], attributes) => ({
      shape: x!.shape.map((extent, axis) => extent * (attributes['reps'] as number[])[axis]!),
      type: x!.type,
    }),
    lower(call) {
      const layout = call.layout(0);
      const reps = physicalShape(call.attributes['reps'] as number[], layout);
      return { name: call.emit('Tile', [call.take(0, layout), call.ints(reps)]), layout };
    },
  },
  Concat: {
    inputs: 'list',
    results(inputs, attributes) {
      const axis = axisOf(inputs[0]!, attributes);
      const shape = [...inputs[0]!.shape];
      shape[axis] = inputs.reduce((sum, input) => sum + input.shape[axis]!, 0);
      return { shape, type: inputs[0]!.type };
    },
    lower(call) {
      const layout = layoutOfLargest(call);
      const axis = physicalAxis(layout, axisOf(call.inputs[0]!, call.attributes));
      const full = call.inputs.flatMap((input, at) => (sizeOf(input.shape) > 0 ? [at] : []));
      const parts = full.map((index) => call.take(index, layout));
      return {
        name: parts.length === 1 ? parts[0]! : call.emit('Concat', parts, { axis }),
        layout,
      };
    },
  },
  SplitV: {
    inputs: X,
    results([x], attributes) {
      const axis = axisOf(x!, attributes);
      return splitSizes(x!, attributes, axis).map((extent) => ({
        shape: x!.shape.map((other, at) => (at === axis ? extent : other)),
        type: x!.type,
      }));
    },
    lower(call) {
      const x = call.inputs[0]!;
      const axis = axisOf(x, call.attributes);
      const layout = call.layout(0);
      const sizes = splitSizes(x, call.attributes, axis);
      const names =
        sizes.length === 1
          ? [call.take(0, layout)]
          : call.emitSeveral(
              'Split',
              [call.take(0, layout), call.ints(sizes)],
              { axis: physicalAxis(layout, axis) },
              sizes.length,
            );
      return names.map((name) => ({ name, layout }));
    },
  },
  Pack: {
    inputs: 'list',
    results(inputs, attributes) {
      const axis = packAxis(inputs[0]!, attributes);
      const { shape, type } = inputs[0]!;
      return { shape: [...shape.slice(0, axis), inputs.length, ...shape.slice(axis)], type };
    },
    lower(call) {
      const axis = packAxis(call.inputs[0]!, call.attributes);
      const parts = call.inputs.map((_, index) =>
        call.emit('Unsqueeze', [call.take(index), call.ints([axis])]),
      );
      return { name: call.emit('Concat', parts, { axis }) };
    },
  },
  Unpack: {
    inputs: ['value'],
    results([x], attributes) {
      const axis = axisOf(x!, attributes);
      const shape = x!.shape.filter((_, at) => at !== axis);
      return Array.from({ length: x!.shape[axis]! }, () => ({ shape, type: x!.type }));
    },
    lower(call) {
      const x = call.inputs[0]!;
      const axis = axisOf(x, call.attributes);
      const count = x.shape[axis]!;
      const parts =
        count === 1
          ? [call.take(0)]
          : call.emitSeveral(
              'Split',
              [call.take(0), call.ints(Array<number>(count).fill(1))],
              { axis },
              count,
            );
      return parts.map((part) => ({ name: call.emit('Squeeze', [part, call.ints([axis])]) }));
    },
  },
  Slice: {
    inputs: X,
    results: ([x], attributes) => ({ shape: sliceOf(x!, attributes).size, type: x!.type }),
    lower(call) {
      const { begin, size } = sliceOf(call.inputs[0]!, call.attributes);
      return cut(call, {
        begin,
        end: begin.map((at, axis) => at + size[axis]!),
        strides: begin.map(() => 1),
      });
    },
  },
  StridedSlice: {
    inputs: X,
    results: ([x], attributes) => ({ shape: strided(x!, attributes).finalShape, type: x!.type }),
    lower(call) {
      const info = strided(call.inputs[0]!, call.attributes);
      const { name } = cut(call, info, rowMajor(call.inputs[0]!.shape.length));
      return { name: call.emit('Reshape', [name, call.ints(info.finalShape)]) };
    },
  },
  Reverse: {
    inputs: X,
    results: ([x]) => ({ shape: x!.shape, type: x!.type }),
    lower(call) {
      const { shape } = call.inputs[0]!;
      return reversed(
        call,
        tf.util.parseAxisParam(call.attributes['dims'] as number[], [...shape]),
      );
    },
  },
  FlipLeftRight: {
    inputs: ['image'],
    results: ([x]) => ({ shape: x!.shape, type: x!.type }),
    lower: (call) => reversed(call, [2]),
  },
  Diag: {
    inputs: X,
    results: ([x]) => ({ shape: [...x!.shape, ...x!.shape], type: x!.type }),
    lower(call) {
      const { shape, type } = call.inputs[0]!;
      const size = sizeOf(shape);
      const row = call.emit('Reshape', [call.take(0), call.ints([1, size])]);
      const places = call.ints(rowMajor(size));
      const here = call.emit('Equal', [
        places,
        call.emit('Reshape', [places, call.ints([size, 1])]),
      ]);
      const square = call.emit('Where', [here, row, call.number(0, type)]);
      return { name: call.emit('Reshape', [square, call.ints([...shape, ...shape])]) };
    },
  },
  SpaceToBatchND: {
    inputs: X,
    results: ([x], attributes) => ({ shape: toBatch(x!, attributes).shape, type: x!.type }),
    lower(call) {
      const { pads, parts, order, shape } = toBatch(call.inputs[0]!, call.attributes);
      const padded = call.emit('Pad', [call.take(0), call.ints(pads)]);
      const apart = call.emit('Reshape', [padded, call.ints(parts)]);
      const moved = call.emit('Transpose', [apart], { perm: order });
      return { name: call.emit('Reshape', [moved, call.ints(shape)]) };
    },
  },
  BatchToSpaceND: {
    inputs: X,
    results: ([x], attributes) => ({ shape: fromBatch(x!, attributes).size, type: x!.type }),
    lower(call) {
      const { parts, order, whole, begin, size } = fromBatch(call.inputs[0]!, call.attributes);
      const apart = call.emit('Reshape', [call.take(0), call.ints(parts)]);
      const moved = call.emit('Transpose', [apart], { perm: order });
      const image = call.emit('Reshape', [moved, call.ints(whole)]);
      const end = begin.map((at, axis) => at + size[axis]!);
      return { name: call.emit('Slice', [image, call.ints(begin), call.ints(end)]) };
    },
  },
  PadV2: {
    inputs: X,
    results: ([x], attributes) => ({ shape: paddedShape(x!, attributes), type: x!.type }),
    lower: (call) =>
      padding(
        call,
        'constant',
        call.number(Number(call.attributes['constantValue'] ?? 0), call.inputs[0]!.type),
      ),
  },
  MirrorPad: {
    inputs: X,
    results: ([x], attributes) => ({ shape: paddedShape(x!, attributes), type: x!.type }),
    lower(call) {
      const { mode, paddings } = call.attributes as {
        mode: string;
        paddings: readonly (readonly number[])[];
      };
      if (mode === 'reflect' || paddings.flat().every((count) => count === 0)) {
        return padding(call, 'reflect');
      }
      return symmetricPadding(call, paddings);
    },
  },
  GatherV2: {
    inputs: ['x', 'indices'],
    results: (inputs, attributes) => ({
      shape: gatherResult(inputs, attributes).shape,
      type: inputs[0]!.type,
    }),
    lower(call) {
      const { axis, batch, picked } = gatherResult(call.inputs, call.attributes);
      if (batch === 0) {
        return { name: call.emit('Gather', [call.take(0), call.take(1)], { axis }) };
      }
      // [batch, axis, ...between, ...inner], as the operator wants it, gives [batch, picked, between, inner].
      const rank = call.inputs[0]!.shape.length;
      const between = Array.from({ length: axis - batch }, (_, index) => batch + index);
      const inner = Array.from({ length: rank - axis - 1 }, (_, index) => axis + 1 + index);
      const batches = Array.from({ length: batch }, (_, index) => index);
      const turned = call.take(0, [...batches, axis, ...between, ...inner]);
      const places = call.emit('Cast', [call.take(1)], { to: ONNX_TYPES.int64 });
      const rows = call.emit('Unsqueeze', [places, call.ints([-1])]);
      const found = call.emit('GatherND', [turned, rows], { batch_dims: batch });
      const layout = [
        ...batches,
        ...Array.from({ length: picked }, (_, index) => axis + index),
        ...between,
        ...inner.map((index) => index + picked - 1),
      ];
      return { name: found, layout };
    },
  },
  GatherNd: {
    inputs: ['params', 'indices'],
    results: ([x, indices]) => {
      const depth = indices!.shape.at(-1)!;
      return { shape: [...indices!.shape.slice(0, -1), ...x!.shape.slice(depth)], type: x!.type };
    },
    lower(call) {
      const indices = call.emit('Cast', [call.take(1)], { to: 7 });
      return { name: call.emit('GatherND', [call.take(0), indices]) };
    },
  },
  DepthToSpace: blocks((shape, size) => {
    const [batch, height, width, channels] = shape as [number, number, number, number];
    const kept = channels / (size * size);
    return {
      split: [batch, height, width, size, size, kept],
      order: [0, 1, 3, 2, 4, 5],
      shape: [batch, height * size, width * size, kept],
    };
  }),
  OneHot: {
    inputs: ['indices'],
    results: ([indices], attributes) => ({
      shape: [...indices!.shape, Number(attributes['depth'])],
      type: (attributes['dtype'] as ElementType | undefined) ?? 'int32',
    }),
    lower(call) {
      const depth = Number(call.attributes['depth']);
      const { type } = call.outputs[0]!;
      const indices = call.emit('Unsqueeze', [call.take(0), call.ints([-1])]);
      const numbers = call.emit('Cast', [call.ints(rowMajor(depth))], { to: 6 });
      const here = call.emit('Equal', [indices, numbers]);
      const value = (name: string, other: number) =>
        call.number(Number(call.attributes[name] ?? other), type);
      const name = call.emit('Where', [here, value('onValue', 1), value('offValue', 0)]);
      return { name };
    },
  },
  ResizeNearestNeighbor: {
    inputs: ['images'],
    results: ([x], { size }) => ({
      shape: [x!.shape[0]!, ...(size as number[]), x!.shape[3]!],
      type: x!.type,
    }),
    lower: (call) => nearest(call),
  },
};

/** Axes back to front. */
function reversed(call: LowerCall, axes: readonly number[]): Lowered {
  const { shape } = call.inputs[0]!;
  const back = (axis: number) => axes.includes(axis);
  return cut(call, {
    begin: shape.map((extent, axis) => (back(axis) ? extent - 1 : 0)),
    end: shape.map((extent, axis) => (back(axis) ? -1 : extent)),
    strides: shape.map((_, axis) => (back(axis) ? -1 : 1)),
  });
}

/** [batch, ...space, ...rest] padded, cut into blocks, and the places in a block put before the batch. */
function toBatch({ shape }: Value, attributes: Attributes) {
  const block = attributes['blockShape'] as number[];
  const paddings = attributes['paddings'] as [number, number][];
  const side = (at: 0 | 1) => shape.map((_, axis) => paddings[axis - 1]?.[at] ?? 0);
  const counts = block.map((size, at) => {
    const [before, after] = paddings[at]!;
    return (shape[at + 1]! + before + after) / size;
  });
  const rest = shape.slice(block.length + 1);
  return {
    pads: [...side(0), ...side(1)],
    parts: [shape[0]!, ...block.flatMap((size, at) => [counts[at]!, size]), ...rest],
    order: [
      ...block.map((_, at) => 2 + 2 * at),
      0,
      ...block.map((_, at) => 1 + 2 * at),
      ...rest.map((_, at) => 1 + 2 * block.length + at),
    ],
    shape: [shape[0]! * sizeOf(block), ...counts, ...rest],
  };
}

/** The way back: blocks put together, and the edges cropped. */
function fromBatch({ shape }: Value, attributes: Attributes) {
  const block = attributes['blockShape'] as number[];
  const crops = attributes['crops'] as [number, number][];
  const space = shape.slice(1, block.length + 1);
  const rest = shape.slice(block.length + 1);
  const batch = shape[0]! / sizeOf(block);
  const whole = [batch, ...space.map((extent, at) => extent * block[at]!), ...rest];
  const count = block.length;
  return {
    parts: [...block, batch, ...space, ...rest],
    order: [
      count,
      ...block.flatMap((_, at) => [count + 1 + at, at]),
      ...rest.map((_, at) => 2 * count + 1 + at),
    ],
    whole,
    begin: whole.map((_, axis) => crops[axis - 1]?.[0] ?? 0),
    size: whole.map((extent, axis) => {
      const [before, after] = crops[axis - 1] ?? [0, 0];
      return extent - before - after;
    }),
  };
}

function nearest(call: LowerCall): Lowered {
  const { shape } = call.inputs[0]!;
  const { size, alignCorners, halfPixelCenters } = call.attributes as {
    size: [number, number];
    alignCorners?: boolean;
    halfPixelCenters?: boolean;
  };
  const layout = call.layout(0);
  let name = call.take(0, layout);
  for (const at of [0, 1] as const) {
    const [from, to] = [shape[at + 1]!, size[at]];
    const scale = alignCorners && to > 1 ? (from - 1) / (to - 1) : from / to;
    const rows = Array.from({ length: to }, (_, row) => {
      const place = halfPixelCenters ? scale * (row + 0.5) : scale * row;
      return Math.min(from - 1, alignCorners ? Math.round(place) : Math.floor(place));
    });
    name = call.emit('Gather', [name, call.ints(rows)], { axis: physicalAxis(layout, at + 1) });
  }
  return { name, layout };
}

function blocks(
  plan: (
    shape: readonly number[],
    size: number,
  ) => { split: readonly number[]; order: readonly number[]; shape: readonly number[] },
): Kernel {
  const planOf = (x: Value, attributes: Attributes) => {
    if (attributes['dataFormat'] === 'NCHW') throw new Unsupported('channels first');
    return plan(x.shape, Number(attributes['blockSize']));
  };
  return {
    inputs: X,
    results: ([x], attributes) => ({ shape: planOf(x!, attributes).shape, type: x!.type }),
    lower(call) {
      const { split, order, shape } = planOf(call.inputs[0]!, call.attributes);
      const parts = call.emit('Reshape', [call.take(0), call.ints(split)]);
      const moved = call.emit('Transpose', [parts], { perm: order });
      return { name: call.emit('Reshape', [moved, call.ints(shape)]) };
    },
  };
}

/** Mirrors with the border itself repeated, which ONNX has no mode for: rows are looked up. */
function symmetricPadding(call: LowerCall, paddings: readonly (readonly number[])[]): Lowered {
  const { shape } = call.inputs[0]!;
  const layout = call.layout(0);
  let name = call.take(0, layout);
  for (const [axis, [before, after]] of paddings.entries()) {
    if (before === 0 && after === 0) continue;
    const extent = shape[axis]!;
    const rows = Array.from({ length: extent + before! + after! }, (_, at) => {
      const place = at - before!;
      if (place < 0) return -place - 1;
      return place < extent ? place : 2 * extent - 1 - place;
    });
    name = call.emit('Gather', [name, call.ints(rows)], { axis: physicalAxis(layout, axis) });
  }
  return { name, layout };
}

function splitSizes(x: Value, attributes: Attributes, axis: number): number[] {
  const sizes = attributes['numOrSizeSplits'] as number | number[];
  return tf.backend_util.prepareSplitSize({ shape: [...x.shape] } as tf.Tensor, sizes, axis);
}

function packAxis({ shape }: Value, attributes: Attributes): number {
  const axis = Number(attributes['axis'] ?? 0);
  return axis < 0 ? axis + shape.length + 1 : axis;
}

function sliceOf(x: Value, attributes: Attributes): { begin: number[]; size: number[] } {
  const [begin, size] = tf.slice_util.parseSliceParams(
    { shape: [...x.shape], rank: x.shape.length } as unknown as tf.Tensor,
    attributes['begin'] as number[],
    attributes['size'] as number[],
  );
  return { begin: begin!, size: size! };
}
