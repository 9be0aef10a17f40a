import { tf } from '@raremask/tfjs';
import { type Attributes, type ElementType, sizeOf, type Value } from '../graph.ts';
import { channelsFirst, physicalAxis, withoutAxes } from '../layout.ts';
import { type Kernel, type Kernels, type LowerCall, type Lowered, ONNX_TYPES } from './kernel.ts';

const UNARY = ['x'];

function axesOf(x: Value, attributes: Attributes): number[] {
  // Max names them otherwise.
  const axes = (attributes['axis'] ?? attributes['reductionIndices']) as number | number[] | null;
  return tf.util.parseAxisParam(axes ?? x.shape.map((_, at) => at), [...x.shape]);
}

function reducedShape(shape: readonly number[], axes: readonly number[], keep: boolean): number[] {
  return keep
    ? shape.map((extent, axis) => (axes.includes(axis) ? 1 : extent))
    : shape.filter((_, axis) => !axes.includes(axis));
}

type Reduce = (call: LowerCall, x: string, axes: readonly number[], keep: boolean) => string;

/** A reduction in the layout its operand has: only the axes' numbers change. */
function reduction(
  operator: string | Reduce,
  type?: (x: Value) => ElementType,
  around?: { readonly before?: ElementType; readonly after?: ElementType },
): Kernel {
  return {
    inputs: UNARY,
    results: ([x], attributes) => ({
      shape: reducedShape(x!.shape, axesOf(x!, attributes), Boolean(attributes['keepDims'])),
      type: type ? type(x!) : x!.type,
    }),
    lower(call) {
      const { inputs, attributes } = call;
      const axes = axesOf(inputs[0]!, attributes);
      const layout = call.layout(0);
      const keep = Boolean(attributes['keepDims']);
      let x = call.take(0, layout);
      if (around?.before && around.before !== inputs[0]!.type) {
        x = call.emit('Cast', [x], { to: ONNX_TYPES[around.before] });
      }
      const physical = axes.map((axis) => physicalAxis(layout, axis)).sort((a, b) => a - b);
      let name = x;
      if (axes.length > 0) {
        name =
          typeof operator === 'string'
            ? call.emit(operator, [x, call.ints(physical)], { keepdims: keep ? 1 : 0 })
            : operator(call, x, physical, keep);
      }
      if (around?.after) name = call.emit('Cast', [name], { to: ONNX_TYPES[around.after] });
      return { name, layout: keep ? layout : withoutAxes(layout, axes) };
    },
  };
}

function argument(operator: string): Kernel {
  const axisOf = (x: Value, attributes: Attributes) =>
    tf.util.parseAxisParam(attributes['axis'] as number, [...x.shape])[0]!;
  return {
    inputs: UNARY,
    results: ([x], attributes) => ({
      shape: reducedShape(x!.shape, [axisOf(x!, attributes)], false),
      type: 'int32',
    }),
    lower(call) {
      const axis = axisOf(call.inputs[0]!, call.attributes);
      const layout = call.layout(0);
      const found = call.emit(operator, [call.take(0, layout)], {
        axis: physicalAxis(layout, axis),
        keepdims: 0,
      });
      const name = call.emit('Cast', [found], { to: ONNX_TYPES.int32 });
      return { name, layout: withoutAxes(layout, [axis]) };
    },
  };
}

function cumulative(write: (call: LowerCall, x: string, axis: number) => string): Kernel {
  return {
    inputs: UNARY,
    results: ([x]) => ({ shape: x!.shape, type: x!.type }),
    lower(call) {
      const layout = call.layout(0);
      const rank = call.inputs[0]!.shape.length;
      const axis = physicalAxis(layout, (Number(call.attributes['axis']) + rank) % rank);
      return { name: write(call, call.take(0, layout), axis), layout };
    },
  };
}

/**
 * Softmax along the last axis. The runtime's own is for rows in memory; where channels lie before
 * space it is composed, without transposing.
 */
const softmax: Kernel = {
  inputs: ['logits'],
  results: ([x]) => ({ shape: x!.shape, type: 'float32' }),
  lower(call) {
    const layout = call.layout(0);
    const x = call.take(0, layout);
    const axis = physicalAxis(layout, layout.length - 1);
    if (axis === layout.length - 1) return { name: call.emit('Softmax', [x], { axis }), layout };
    const axes = call.ints([axis]);
    const largest = call.emit('ReduceMax', [x, axes], { keepdims: 1 });
    const powers = call.emit('Exp', [call.emit('Sub', [x, largest])]);
    const total = call.emit('ReduceSum', [powers, axes], { keepdims: 1 });
    return { name: call.emit('Div', [powers, total]), layout };
  },
};

export const reductionKernels: Kernels = {
  Sum: reduction('ReduceSum'),
  Mean: reduction(
    (call, x, axes, keep) => {
      const { shape } = call.inputs[0]!;
      const count = sizeOf(axesOf(call.inputs[0]!, call.attributes).map((axis) => shape[axis]!));
      return mean(call, x, axes, count, keep);
    },
    () => 'float32',
    { before: 'float32' },
  ),
  Max: reduction('ReduceMax'),
  Min: reduction('ReduceMin'),
  Prod: reduction('ReduceProd'),
  All: reduction('ReduceMin', () => 'bool', { before: 'int32', after: 'bool' }),
  Any: reduction('ReduceMax', () => 'bool', { before: 'int32', after: 'bool' }),
  ArgMax: argument('ArgMax'),
  ArgMin: argument('ArgMin'),
  Cumsum: cumulative((call, x, axis) =>
    call.emit('CumSum', [x, call.ints([axis])], {
      exclusive: call.attributes['exclusive'] ? 1 : 0,
      reverse: call.attributes['reverse'] ? 1 : 0,
    }),
  ),
  Cumprod: cumulative(cumulativeProduct),
  LRN: {
    inputs: UNARY,
    results: ([x]) => ({ shape: x!.shape, type: x!.type }),
    lower(call) {
      const { depthRadius, bias, alpha, beta } = call.attributes as Record<string, number>;
      const size = 2 * depthRadius! + 1;
      const layout = channelsFirst(4);
      const name = call.emit('LRN', [call.take(0, layout)], {
        size,
        // ONNX divides by the number of channels that it sums.
        alpha: { float: alpha! * size },
        beta: { float: beta! },
        bias: { float: bias! },
      });
      return { name, layout };
    },
  },
  Softmax: softmax,
};

/** Each step multiplies with what lies twice as far away as in the step before. */
function cumulativeProduct(call: LowerCall, x: string, axis: number): string {
  const { shape, type } = call.inputs[0]!;
  const layout = call.layout(0);
  const extent = shape[layout[axis]!]!;
  const reverse = Boolean(call.attributes['reverse']);
  /** Ones come in at one end, as many as fall out at the other. */
  const shifted = (name: string, by: number) => {
    const pads = Array<number>(2 * shape.length).fill(0);
    pads[reverse ? shape.length + axis : axis] = by;
    const padded = call.emit('Pad', [name, call.ints(pads), call.number(1, type)]);
    const begin = reverse ? by : 0;
    const places = [begin, begin + extent, axis].map((number) => call.ints([number]));
    return call.emit('Slice', [padded, ...places]);
  };
  let product = x;
  for (let by = 1; by < extent; by *= 2)
    product = call.emit('Mul', [product, shifted(product, by)]);
  return call.attributes['exclusive'] ? shifted(product, 1) : product;
}

/** Mean over windows as large as the image. */
export function meanOverSpace(call: LowerCall): Lowered {
  const { shape } = call.inputs[0]!;
  const layout = channelsFirst(shape.length);
  const axes = layout.map((_, axis) => axis).slice(2);
  return { name: mean(call, call.take(0, layout), axes, sizeOf(shape.slice(1, -1)), true), layout };
}

/**
 * A sum and a product: ReduceMean over space is taken for a pooling by the runtime, and is slower. In an
 * exported model it stands all the same, since the product has the number of values in it.
 */
function mean(
  call: LowerCall,
  x: string,
  axes: readonly number[],
  count: number,
  keep: boolean,
): string {
  if (call.portable) {
    return call.emit('ReduceMean', [x, call.ints(axes)], { keepdims: keep ? 1 : 0 });
  }
  const sum = call.emit('ReduceSum', [x, call.ints(axes)], { keepdims: keep ? 1 : 0 });
  return call.emit('Mul', [sum, call.number(1 / count)]);
}
