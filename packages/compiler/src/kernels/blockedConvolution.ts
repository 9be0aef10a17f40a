import { sizeOf } from '../graph.ts';
import { channelsFirst } from '../layout.ts';
import type { LowerCall, Lowered } from './kernel.ts';
import type { SlidingWindow } from './slidingWindow.ts';

/** Operators of onnxruntime on images whose channels lie in blocks that fill a vector register. */
export const BLOCKED_DOMAIN = 'com.microsoft.nchwc';

/**
 * Whether onnxruntime's blocked convolution can be used: it reads pixels in place, where the ordinary
 * one first copies every patch, which costs as much as the products while channels are few.
 */
export function isBlocked(
  call: LowerCall,
  window: SlidingWindow,
  filter: readonly number[],
): boolean {
  const { block } = call;
  if (block === undefined || window.size.length !== 2) return false;
  return filter[2]! % block === 0 && filter[3]! % block === 0;
}

/** x convolved with a filter; `turned` for the gradient in the image, with the window that it has. */
export function blockedConvolution(
  call: LowerCall,
  window: SlidingWindow,
  turned: boolean,
): Lowered {
  const filter = call.inputs[1]!.shape;
  const [channels, out] = [filter[2]!, filter[3]!];
  const to = turned ? channels : out;
  const operands = [
    blockedImage(call, 0),
    turned ? turnedFilter(call, window) : blockedFilter(call),
  ];
  const blocked = call.emit(`${BLOCKED_DOMAIN}.Conv`, operands, {
    kernel_shape: window.size,
    strides: window.strides,
    dilations: window.dilations,
    pads: [...window.before, ...window.after],
    group: 1,
  });
  const name = call.emit(`${BLOCKED_DOMAIN}.ReorderOutput`, [blocked], { channels: to });
  return { name, layout: channelsFirst(4) };
}

/** An input with its channels in blocks. */
export function blockedImage(call: LowerCall, index: number): string {
  return call.once(index, 'blocked', () =>
    call.emit(`${BLOCKED_DOMAIN}.ReorderInput`, [call.take(index, channelsFirst(4))]),
  );
}

/** [out, in, ...] as [out / b, in / b, ..., b in, b out]. */
function blockedFilter(call: LowerCall): string {
  const [height, width, channels, out] = call.inputs[1]!.shape as [number, number, number, number];
  const block = call.block!;
  const parts = call.emit('Reshape', [
    call.take(1, [3, 2, 0, 1]),
    call.ints([out / block, block, channels / block, block, height, width]),
  ]);
  const moved = call.emit('Transpose', [parts], { perm: [0, 2, 4, 5, 3, 1] });
  return call.emit('Reshape', [moved, call.ints([out, channels, height, width])]);
}

/** The same of the filter turned round, with in and out exchanged. */
function turnedFilter(call: LowerCall, window: SlidingWindow): string {
  const [height, width, channels, out] = call.inputs[1]!.shape as [number, number, number, number];
  const block = call.block!;
  const taps = sizeOf(window.size);
  const parts = call.emit('Reshape', [
    call.take(1, [3, 2, 0, 1]),
    call.ints([out / block, block, channels / block, block, taps]),
  ]);
  const moved = call.emit('Transpose', [parts], { perm: [2, 0, 4, 1, 3] });
  const back = call.ints(Array.from({ length: taps }, (_, tap) => taps - 1 - tap));
  const turned = call.emit('Gather', [moved, back], { axis: 2 });
  return call.emit('Reshape', [turned, call.ints([channels, out, height, width])]);
}
