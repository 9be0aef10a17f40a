import { channelsFirst } from '../layout.ts';
import { BLOCKED_DOMAIN, blockedImage } from './blockedConvolution.ts';
import type { LowerCall, Lowered } from './kernel.ts';
import type { SlidingWindow } from './slidingWindow.ts';

/**
 * Whether onnxruntime's blocked convolution can be used for each channel by itself: a block of channels
 * fills a vector register. The ordinary one goes through the channels one after the other.
 */
export function isBlockedDepthwise(
  call: LowerCall,
  window: SlidingWindow,
  filter: readonly number[],
): boolean {
  const { block } = call;
  if (block === undefined || filter[3] !== 1 || filter[2]! % block !== 0) return false;
  return turnedPads(window)
    .flat()
    .every((count) => count >= 0);
}

/** Padding before and behind the gradient, so that the gradient in the image is as large as the image. */
function turnedPads(window: SlidingWindow): [number[], number[]] {
  const { size, dilations, before, input } = window;
  return [
    before.map((count, axis) => (size[axis]! - 1) * dilations[axis]! - count),
    before.map((count, axis) => input[axis]! - spread(window, axis) + count),
  ];
}

/** x convolved with a filter; `turned` for the gradient in the image, of the forward window. */
export function blockedDepthwise(call: LowerCall, window: SlidingWindow, turned: boolean): Lowered {
  const channels = call.inputs[1]!.shape[2]!;
  const { size, strides, dilations, before, after } = window;
  const image = turned ? apart(call, window) : blockedImage(call, 0);
  const attributes = turned
    ? { strides: [1, 1], pads: turnedPads(window).flat() }
    : { strides, pads: [...before, ...after] };
  const blocked = call.emit(`${BLOCKED_DOMAIN}.Conv`, [image, filter(call, turned)], {
    kernel_shape: size,
    dilations,
    group: channels,
    ...attributes,
  });
  const name = call.emit(`${BLOCKED_DOMAIN}.ReorderOutput`, [blocked], { channels });
  return { name, layout: channelsFirst(4) };
}

/**
 * The gradient in the filter, as a convolution too: every channel of every image, with that of the
 * gradient as its filter, whose pixels are as far apart as the strides.
 */
export function blockedDepthwiseGradient(call: LowerCall, window: SlidingWindow): Lowered {
  const [batch, , , channels] = call.inputs[0]!.shape as [number, number, number, number];
  const { size, strides, dilations, before, input, output } = window;
  const apartFromEach = batch * channels;
  const x = call.emit('Reshape', [blockedImage(call, 0), call.ints([1, apartFromEach, ...input])]);
  const dy = call.emit('Reshape', [
    blockedImage(call, 1),
    call.ints([apartFromEach, 1, ...output]),
  ]);
  const behind = size.map(
    (extent, axis) =>
      (extent - 1) * dilations[axis]! +
      (output[axis]! - 1) * strides[axis]! +
      1 -
      input[axis]! -
      before[axis]!,
  );
  const blocked = call.emit(`${BLOCKED_DOMAIN}.Conv`, [x, dy], {
    kernel_shape: output,
    strides: dilations,
    dilations: strides,
    // Rows that no window reaches are cut off, as padding below 0.
    pads: [...before, ...behind.map((count) => Math.max(0, count))],
    group: apartFromEach,
  });
  const taps = call.emit(`${BLOCKED_DOMAIN}.ReorderOutput`, [blocked], { channels: apartFromEach });
  const found = size.map(
    (extent, axis) => extent + Math.max(0, Math.floor(-behind[axis]! / dilations[axis]!)),
  );
  const byImage = call.emit('Reshape', [taps, call.ints([batch, channels, ...found])]);
  const sum = call.emit('ReduceSum', [byImage, call.ints([0])], { keepdims: 0 });
  const own = found.every((extent, axis) => extent === size[axis])
    ? sum
    : call.emit('Slice', [sum, call.ints([0, 0]), call.ints(size), call.ints([1, 2])]);
  const name = call.emit('Reshape', [own, call.ints([channels, 1, ...size])]);
  return { name, layout: [2, 3, 0, 1] };
}

/** [height, width, channels, 1] as [channels / b, height, width, b]; turned round for a gradient. */
function filter(call: LowerCall, turned: boolean): string {
  const [height, width, channels] = call.inputs[1]!.shape as [number, number, number, number];
  const block = call.block!;
  const taps = height * width;
  let rows = call.emit('Reshape', [call.take(1), call.ints([taps, channels / block, block])]);
  if (turned) {
    const back = call.ints(Array.from({ length: taps }, (_, tap) => taps - 1 - tap));
    rows = call.emit('Gather', [rows, back], { axis: 0 });
  }
  const moved = call.emit('Transpose', [rows], { perm: [1, 0, 2] });
  return call.emit('Reshape', [moved, call.ints([channels, 1, height, width])]);
}

/** The gradient with as many zeros between its pixels as the strides left out. */
function apart(call: LowerCall, window: SlidingWindow): string {
  const { strides, output } = window;
  if (strides.every((stride) => stride === 1)) return blockedImage(call, 0);
  const [batch, , , channels] = call.inputs[0]!.shape as [number, number, number, number];
  const gaps = call.emit('Reshape', [
    call.take(0, channelsFirst(4)),
    call.ints([batch * channels, output[0]!, 1, output[1]!, 1]),
  ]);
  const padded = call.emit('Pad', [
    gaps,
    call.ints([0, 0, 0, 0, 0, 0, 0, strides[0]! - 1, 0, strides[1]! - 1]),
  ]);
  const extents = output.map((extent, axis) => extent * strides[axis]!);
  const image = call.emit('Reshape', [padded, call.ints([batch, channels, ...extents])]);
  return call.emit(`${BLOCKED_DOMAIN}.ReorderInput`, [image]);
}

/** Rows or columns of the gradient with its zeros. */
function spread({ output, strides }: SlidingWindow, axis: number): number {
  return output[axis]! * strides[axis]!;
}
