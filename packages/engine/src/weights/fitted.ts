import type { Parameter } from '@raremask/core';
import type { NamedArray } from '../record/safetensors.ts';
import type { WeightFile } from './weightFile.ts';

/** Values for a parameter, and what was done to the file's to get them; or why there are none. */
export type Fit =
  | { readonly values: Float32Array; readonly change?: string }
  | { readonly refused: string };

/** @param channels of the images; kernels that see them are made for another number where they can be */
export function fitted(
  array: NamedArray,
  layout: WeightFile['layout'],
  parameter: Parameter,
  channels: number,
): Fit {
  const laid = layout === 'own' ? array : channelsLast(array);
  const { shape, values } = laid;
  if (same(shape, parameter.shape)) return { values };
  // A depthwise kernel: theirs has a channel for each of its outputs, ours an output for each channel.
  if (shape.at(-2) === 1 && same([...shape.slice(0, -2), shape.at(-1)!, 1], parameter.shape)) {
    return { values };
  }
  const seen = otherChannels(laid, parameter, channels);
  if (seen !== undefined) return seen;
  // A fully connected layer is a convolution of one pixel.
  const pixels = parameter.shape.slice(0, -2);
  if (shape.length === 2 && same([...pixels.map(() => 1), ...shape], parameter.shape)) {
    return { values };
  }
  return { refused: `the file has [${shape.join(', ')}]` };
}

/** [out, in, ...size] -> [...size, in, out]; for transposed convolutions [in, out, ...] likewise. */
function channelsLast({ name, shape, values }: NamedArray): NamedArray {
  const rank = shape.length;
  if (rank < 2) return { name, shape, values };
  const [first, second, ...size] = shape as [number, number, ...number[]];
  const taps = size.reduce((product, extent) => product * extent, 1);
  const moved = new Float32Array(values.length);
  for (let a = 0; a < first; a++) {
    for (let b = 0; b < second; b++) {
      for (let tap = 0; tap < taps; tap++) {
        moved[(tap * second + b) * first + a] = values[(a * second + b) * taps + tap]!;
      }
    }
  }
  return { name, shape: [...size, second, first], values: moved };
}

/**
 * The kernel that sees the images, for another number of channels: grey is the sum over colours, since
 * a grey image is one whose colours are alike; and colours share a grey kernel in equal parts.
 */
function otherChannels(
  { shape, values }: NamedArray,
  parameter: Parameter,
  channels: number,
): Fit | undefined {
  const axis = shape.length - 2;
  const [theirs, ours] = [shape[axis], parameter.shape[axis]];
  const alike =
    shape.length === parameter.shape.length &&
    shape.every((extent, at) => at === axis || extent === parameter.shape[at]);
  if (axis < 1 || !alike || ours !== channels || theirs === undefined) return undefined;
  if (theirs !== 1 && ours !== 1) return undefined;
  const outputs = shape.at(-1)!;
  const taps = values.length / (theirs * outputs);
  const made = new Float32Array(taps * ours * outputs);
  for (let tap = 0; tap < taps; tap++) {
    for (let channel = 0; channel < Math.max(theirs, ours); channel++) {
      for (let output = 0; output < outputs; output++) {
        const from = (tap * theirs + (theirs === 1 ? 0 : channel)) * outputs + output;
        const to = (tap * ours + (ours === 1 ? 0 : channel)) * outputs + output;
        made[to]! += values[from]! / (theirs === 1 ? ours : 1);
      }
    }
  }
  const change = theirs === 1 ? `divided among ${ours} channels` : `summed over ${theirs} channels`;
  return { values: made, change };
}

function same(one: readonly number[], two: readonly number[]): boolean {
  return one.length === two.length && one.every((extent, axis) => extent === two[axis]);
}
