import type { Facts } from '@raremask/core';
import type { Network } from '../runner/runner.ts';

/**
 * A network that sees images as they are and mirrored along every set of axes, 4 times in two dimensions
 * and 8 times in three; the mean of the logits, mirrored back (test-time augmentation, as Isensee et al.
 * 2021 do).
 */
export function inMirrors(
  network: Pick<Network, 'infer'>,
  { channels, classes }: Pick<Facts, 'channels' | 'classes'>,
): Pick<Network, 'infer'> {
  return {
    async infer(images, count, size) {
      const depth = classes.length;
      const own = await network.infer(images, count, size);
      const sum = Float32Array.from(own.logits);
      const judged = own.image && Float32Array.from(own.image);
      const mirrored = new Float32Array(images.length);
      const sets = 2 ** size.length;
      for (let set = 1; set < sets; set++) {
        const flips = size.map((_, axis) => ((set >> axis) & 1) === 1);
        eachMirrored(count, size, flips, (pixel, image) => {
          for (let channel = 0; channel < channels; channel++) {
            mirrored[image * channels + channel] = images[pixel * channels + channel]!;
          }
        });
        const seen = await network.infer(mirrored, count, size);
        eachMirrored(count, size, flips, (pixel, image) => {
          for (let index = 0; index < depth; index++) {
            sum[pixel * depth + index]! += seen.logits[image * depth + index]!;
          }
        });
        seen.image?.forEach((value, image) => {
          judged![image]! += value;
        });
      }
      for (let at = 0; at < sum.length; at++) sum[at]! /= sets;
      return judged ? { logits: sum, image: judged.map((value) => value / sets) } : { logits: sum };
    },
  };
}

/** Visits every pixel of a batch: its index, and that of its mirror image. */
function eachMirrored(
  count: number,
  size: readonly number[],
  flips: readonly boolean[],
  visit: (pixel: number, image: number) => void,
): void {
  const width = size.at(-1)!;
  const rows = size.slice(0, -1);
  const lines = rows.reduce((product, extent) => product * extent, count);
  const reversed = flips.at(-1)!;
  for (let line = 0; line < lines; line++) {
    let [rest, place, stride] = [line, 0, 1];
    for (let axis = rows.length - 1; axis >= 0; axis--) {
      const extent = rows[axis]!;
      const at = rest % extent;
      rest = (rest - at) / extent;
      place += (flips[axis] ? extent - 1 - at : at) * stride;
      stride *= extent;
    }
    const [from, to] = [line * width, (rest * stride + place) * width];
    for (let at = 0; at < width; at++) visit(from + at, to + (reversed ? width - 1 - at : at));
  }
}
