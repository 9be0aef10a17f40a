import { sizeOf } from '../graph.ts';
import { channelsFirst } from '../layout.ts';
import { type LowerCall, type Lowered, type OnnxAttributes, Unsupported } from './kernel.ts';
import { product } from './products.ts';
import type { SlidingWindow } from './slidingWindow.ts';

/**
 * The gradient of a convolution in its filter: for each tap the product of the image, shifted by the
 * tap, with the gradient of the result. [taps..., in, out].
 */
export function filterGradient(
  call: LowerCall,
  window: SlidingWindow,
  filterShape: readonly number[],
): Lowered {
  if (window.dilations.some((dilation) => dilation !== 1)) throw new Unsupported('dilations');
  const blocks = tapBlocks(window);
  if (blocks) return blockGradient(call, window, filterShape);
  if (window.strides.some((stride) => stride !== 1)) {
    return gatheredGradient(call, window, filterShape);
  }
  const same = window.input.every((extent, axis) => extent === window.output[axis]);
  if (same && call.stackedShifts) return stackedShiftGradient(call, window, filterShape);
  return same && filterShape.at(-2)! > FEW_CHANNELS
    ? sharedShiftGradient(call, window, filterShape)
    : shiftedGradient(call, window, filterShape);
}

/** Windows side by side: stride and size are the same, and nothing is padded. */
function tapBlocks({ size, strides, before, after, input, output }: SlidingWindow): boolean {
  return size.every(
    (extent, axis) =>
      strides[axis] === extent &&
      before[axis] === 0 &&
      after[axis] === 0 &&
      output[axis]! * extent === input[axis],
  );
}

/** [batch, channels, ...space] -> [channels, batch, ...space]. */
function channelsBeforeBatch(call: LowerCall, index: number): string {
  const { shape } = call.inputs[index]!;
  const rank = shape.length;
  return call.take(index, [rank - 1, ...Array.from({ length: rank - 1 }, (_, axis) => axis)]);
}

function matrix(call: LowerCall, name: string, rows: number): string {
  return call.emit('Reshape', [name, call.ints([rows, -1])]);
}

/** Gradients of all taps, each [out, in], one above the other: what that is of the filter. */
function tapsOutIn(filterShape: readonly number[]): readonly number[] {
  const rank = filterShape.length;
  return [...Array.from({ length: rank - 2 }, (_, axis) => axis), rank - 1, rank - 2];
}

/** One product: [out, pixels] by [in x taps, pixels]. */
function blockGradient(
  call: LowerCall,
  window: SlidingWindow,
  filterShape: readonly number[],
): Lowered {
  const rank = filterShape.length;
  const [channels, out] = [filterShape[rank - 2]!, filterShape[rank - 1]!];
  const batch = call.inputs[0]!.shape[0]!;
  if (sizeOf(window.size) === 1) {
    const pixels = sizeOf(window.output);
    // Image by image nothing is transposed, but each has a matrix of its own.
    if (batch > 1 && channels * out <= (channels + out) * pixels)
      return byImage(call, window, filterShape);
    const dy = matrix(call, channelsBeforeBatch(call, 1), out);
    const x = matrix(call, channelsBeforeBatch(call, 0), channels);
    const name = product(call, { name: dy, flipped: false }, { name: x, flipped: true });
    const shape = [...window.size, out, channels];
    return {
      name: call.emit('Reshape', [name, call.ints(shape)]),
      layout: tapsOutIn(filterShape),
    };
  }
  const dy = matrix(call, channelsBeforeBatch(call, 1), out);
  const taps = sizeOf(window.size);
  const apart = underEachTap(call, 0, window.size, { strides: window.strides });
  const x = call.emit('Reshape', [
    apart,
    call.ints([batch, channels, taps, sizeOf(window.output)]),
  ]);
  const moved = call.emit('Transpose', [x], { perm: [1, 2, 0, 3] });
  const rows = matrix(call, moved, channels * taps);
  const name = product(call, { name: dy, flipped: false }, { name: rows, flipped: true });
  const layout = [rank - 1, rank - 2, ...Array.from({ length: rank - 2 }, (_, axis) => axis)];
  return {
    name: call.emit('Reshape', [name, call.ints([out, channels, ...window.size])]),
    layout,
  };
}

/** Of 1x1: a product for each image, then their sum. */
function byImage(call: LowerCall, window: SlidingWindow, filterShape: readonly number[]): Lowered {
  const rank = filterShape.length;
  const [channels, out] = [filterShape[rank - 2]!, filterShape[rank - 1]!];
  const rows = (index: number, count: number) =>
    call.emit('Reshape', [
      call.take(index, channelsFirst(rank)),
      call.ints([call.inputs[0]!.shape[0]!, count, -1]),
    ]);
  const products = product(
    call,
    { name: rows(1, out), flipped: false },
    { name: rows(0, channels), flipped: true, rank: 3 },
  );
  const sum = call.emit('ReduceSum', [products, call.ints([0])], { keepdims: 0 });
  return {
    name: call.emit('Reshape', [sum, call.ints([...window.size, out, channels])]),
    layout: tapsOutIn(filterShape),
  };
}

/** So few channels that a product with each tap's is too narrow: those of all taps go together. */
const FEW_CHANNELS = 4;

/**
 * Stride 1, results as large as the image. A tap's shift along the first axis is taken by the gradient,
 * the other way round, and the rest of it by the image: three copies of each for 3x3, the middle one for
 * nothing, serve all nine products.
 */
function sharedShiftGradient(
  call: LowerCall,
  window: SlidingWindow,
  filterShape: readonly number[],
): Lowered {
  const rank = filterShape.length;
  const [channels, out] = [filterShape[rank - 2]!, filterShape[rank - 1]!];
  const batch = call.inputs[0]!.shape[0]!;
  const layout = channelsFirst(rank);
  const [image, gradient] = [call.take(0, layout), call.take(1, layout)];
  const made = new Map<string, string>();
  /** What lies `shift` pixels further on, at each place; zeros come in at the border. */
  const moved = (name: string, shift: readonly number[], rows: number): string => {
    const key = `${name} ${shift.join()}`;
    const known = made.get(key);
    if (known) return known;
    const pads = [0, 0, ...shift.map((count) => -count), 0, 0, ...shift];
    const shifted = shift.every((count) => count === 0)
      ? name
      : call.emit('Pad', [name, call.ints(pads)]);
    const rowsOfImages = call.emit('Reshape', [shifted, call.ints([batch, rows, -1])]);
    made.set(key, rowsOfImages);
    return rowsOfImages;
  };
  // Image by image, so that threads can share the work; the sums of the images are small.
  const products = tapsOf(window.size).map((tap) => {
    const [first, ...rest] = tap.map((at, axis) => at - window.before[axis]!);
    const dy = moved(gradient, [-first!, ...rest.map(() => 0)], out);
    const x = moved(image, [0, ...rest], channels);
    return product(call, { name: dy, flipped: false }, { name: x, flipped: true, rank: 3 });
  });
  const all = call.emit('Concat', products, { axis: 1 });
  const sum = call.emit('ReduceSum', [all, call.ints([0])], { keepdims: 0 });
  return {
    name: call.emit('Reshape', [sum, call.ints([...window.size, out, channels])]),
    layout: tapsOutIn(filterShape),
  };
}

/**
 * The same with all shifts of the gradient, and all of the image, one above the other: one product for each
 * image. A convolution makes such a stack, and threads share its work, as they do not share that of paddings.
 */
function stackedShiftGradient(
  call: LowerCall,
  window: SlidingWindow,
  filterShape: readonly number[],
): Lowered {
  const rank = filterShape.length;
  const [channels, out] = [filterShape[rank - 2]!, filterShape[rank - 1]!];
  const { size } = window;
  const none = size.map(() => 1);
  const first = size.map((extent, axis) => (axis === 0 ? extent : 1));
  const rest = size.map((extent, axis) => (axis === 0 ? 1 : extent));
  const apart = out * sizeOf(first) + channels * sizeOf(rest);
  // Of few channels the image takes all the shifts.
  const [ofGradient, ofImage] = channels * sizeOf(size) < apart ? [none, size] : [first, rest];
  const space = (taps: readonly number[]) =>
    taps.flatMap((extent, axis) => (extent > 1 ? [axis] : []));
  const sides: Side[] = [
    {
      name: shiftStack(call, window, 1, ofGradient),
      axes: [rank - 1, ...space(ofGradient)],
    },
    { name: shiftStack(call, window, 0, ofImage), axes: [rank - 2, ...space(ofImage)] },
  ];
  const extents = ({ axes }: Side) => axes.map((axis) => filterShape[axis]!);
  // The runtime packs the second matrix anew for each product: the smaller one.
  sides.sort((a, b) => sizeOf(extents(b)) - sizeOf(extents(a)));
  const [rows, columns] = sides as [Side, Side];
  const products = product(
    call,
    { name: rows.name, flipped: false },
    { name: columns.name, flipped: true, rank: 3 },
  );
  const sum = call.emit('ReduceSum', [products, call.ints([0])], { keepdims: 0 });
  const layout = [...rows.axes, ...columns.axes];
  const units = Array.from({ length: rank }, (_, axis) => axis).filter(
    (axis) => !layout.includes(axis),
  );
  return {
    name: call.emit('Reshape', [
      sum,
      call.ints([...units.map(() => 1), ...sides.flatMap(extents)]),
    ]),
    layout: [...units, ...layout],
  };
}

/** One operand of the product that is a filter's gradient, and which axes of the filter its rows are. */
interface Side {
  readonly name: string;
  readonly axes: readonly number[];
}

/**
 * [batch, channels x taps, pixels] of the image (input 0), shifted to the pixel under each tap, or of the gradient
 * (input 1), shifted the other way. Taps of extent 1 are not shifted.
 */
function shiftStack(
  call: LowerCall,
  { size, before }: SlidingWindow,
  index: 0 | 1,
  taps: readonly number[],
): string {
  const { shape } = call.inputs[index]!;
  const [batch, channels] = [shape[0]!, shape.at(-1)!];
  const count = sizeOf(taps);
  if (count === 1) {
    const images = call.take(index, channelsFirst(shape.length));
    return call.emit('Reshape', [images, call.ints([batch, channels, -1])]);
  }
  return call.once(index, `shifts ${index} ${taps.join()} ${before.join()}`, () => {
    const ahead = taps.map((extent, axis) => {
      if (extent === 1) return 0;
      return index === 0 ? before[axis]! : size[axis]! - 1 - before[axis]!;
    });
    const pads = [...ahead, ...ahead.map((pixels, axis) => taps[axis]! - 1 - pixels)];
    const stack = underEachTap(call, index, taps, { pads }, index === 1);
    return call.emit('Reshape', [stack, call.ints([batch, channels * count, -1])]);
  });
}

/**
 * [batch x channels, taps, ...space]: the pixels of an input under each tap, brought together by a convolution of
 * every channel alone with filters of a single 1.
 *
 * @param back whether the last tap comes first
 */
function underEachTap(
  call: LowerCall,
  index: number,
  taps: readonly number[],
  attributes: OnnxAttributes,
  back = false,
): string {
  const { shape } = call.inputs[index]!;
  const images = call.emit('Reshape', [
    call.take(index, channelsFirst(shape.length)),
    call.ints([shape[0]! * shape.at(-1)!, 1, ...shape.slice(1, -1)]),
  ]);
  const count = sizeOf(taps);
  const single = Float32Array.from({ length: count * count }, (_, at) => {
    const [tap, place] = [Math.floor(at / count), at % count];
    return place === (back ? count - 1 - tap : tap) ? 1 : 0;
  });
  return call.emit('Conv', [images, call.numbers(single, [count, 1, ...taps])], {
    kernel_shape: taps,
    ...attributes,
  });
}

/**
 * Stride 1. Image and gradient are padded to one grid, so that in one long row a tap is a shift: as
 * many contiguous slices as taps, each multiplied with the same gradient.
 */
function shiftedGradient(
  call: LowerCall,
  window: SlidingWindow,
  filterShape: readonly number[],
): Lowered {
  const rank = filterShape.length;
  const [channels, out] = [filterShape[rank - 2]!, filterShape[rank - 1]!];
  const grid = window.output.map((extent, axis) => extent + window.size[axis]! - 1);
  const batch = call.inputs[0]!.shape[0]!;
  const pad = (name: string, before: readonly number[], after: readonly number[], rows: number) => {
    const padded = [...before, ...after].some((count) => count !== 0)
      ? call.emit('Pad', [name, call.ints([0, 0, ...before, 0, 0, ...after])])
      : name;
    return matrix(call, padded, rows);
  };
  const x = pad(channelsBeforeBatch(call, 0), window.before, window.after, channels);
  const none = window.size.map(() => 0);
  const behind = window.size.map((extent) => extent - 1);
  const dy = pad(channelsBeforeBatch(call, 1), none, behind, out);
  const length = batch * sizeOf(grid);
  const steps = grid.map((_, axis) => sizeOf(grid.slice(axis + 1)));
  const shifts = tapsOf(window.size).map((tap) =>
    tap.reduce((shift, at, axis) => shift + at * steps[axis]!, 0),
  );
  const kept = length - Math.max(...shifts);
  const slice = (name: string, from: number) =>
    call.emit('Slice', [name, call.ints([from]), call.ints([from + kept]), call.ints([1])]);
  const gradient = slice(dy, 0);
  if (channels <= FEW_CHANNELS) {
    const rows = call.emit(
      'Concat',
      shifts.map((shift) => slice(x, shift)),
      { axis: 0 },
    );
    const name = product(call, { name: gradient, flipped: false }, { name: rows, flipped: true });
    const taps = Array.from({ length: rank - 2 }, (_, axis) => axis);
    return {
      name: call.emit('Reshape', [name, call.ints([out, ...window.size, channels])]),
      layout: [rank - 1, ...taps, rank - 2],
    };
  }
  const products = shifts.map((shift) =>
    product(call, { name: gradient, flipped: false }, { name: slice(x, shift), flipped: true }),
  );
  const all = call.emit('Concat', products, { axis: 0 });
  return {
    name: call.emit('Reshape', [all, call.ints([...window.size, out, channels])]),
    layout: tapsOutIn(filterShape),
  };
}

/** Any stride: the pixels under each tap, cut out. */
function gatheredGradient(
  call: LowerCall,
  window: SlidingWindow,
  filterShape: readonly number[],
): Lowered {
  const rank = filterShape.length;
  const [channels, out] = [filterShape[rank - 2]!, filterShape[rank - 1]!];
  const x = call.emit('Pad', [
    channelsBeforeBatch(call, 0),
    call.ints([0, 0, ...window.before, 0, 0, ...window.after]),
  ]);
  const dy = matrix(call, channelsBeforeBatch(call, 1), out);
  const axes = call.ints(window.size.map((_, axis) => axis + 2));
  const products = tapsOf(window.size).map((tap) => {
    const ends = tap.map((at, axis) => at + (window.output[axis]! - 1) * window.strides[axis]! + 1);
    const pixels = call.emit('Slice', [
      x,
      call.ints(tap),
      call.ints(ends),
      axes,
      call.ints(window.strides),
    ]);
    const rows = matrix(call, pixels, channels);
    return product(call, { name: dy, flipped: false }, { name: rows, flipped: true });
  });
  const all = call.emit('Concat', products, { axis: 0 });
  return {
    name: call.emit('Reshape', [all, call.ints([...window.size, out, channels])]),
    layout: tapsOutIn(filterShape),
  };
}

/** All places in the filter, the last axis fastest. */
export function tapsOf(size: readonly number[]): number[][] {
  return size.reduce<number[][]>(
    (taps, extent) =>
      taps.flatMap((tap) => Array.from({ length: extent }, (_, at) => [...tap, at])),
    [[]],
  );
}
