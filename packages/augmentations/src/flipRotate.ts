import { API, defineAugmentation, type RandomStream } from '@raremask/core';
import { z } from 'zod';

/** Whether, or how often. */
const often = z.union([z.boolean(), z.number().min(0).max(1)]).default(true);
type Often = z.output<typeof often>;

/**
 * A mirror image or a right-angle turn of a window, each allowed one with the same chance, unless the
 * manifest says how often. Flips: along every axis. Turns: in the plane of the last two axes, by 0, 90,
 * 180 or 270 degrees where they are equally long, otherwise by 0 or 180.
 */
export default defineAugmentation({
  name: 'flip-rotate',
  api: API,
  summary: 'Mirrors and turns images by right angles',
  options: z.strictObject({
    flip: often.describe('Mirrors images at random; a number: how often, along each axis'),
    rotate: often.describe(
      'Turns images by right angles at random; a number: how often by another angle than 0',
    ),
  }),
  create: ({ flip, rotate }) => ({
    places(size, draw) {
      const axes = size.length;
      const flips = size.map(() =>
        typeof flip === 'number' ? draw.next() < flip : flip && draw.integer(0, 1) === 1,
      );
      const square = size[axes - 1] === size[axes - 2];
      const quarters = drawQuarters(draw, square, rotate);
      if (quarters === 0) return { transpose: false, flips };
      // Turning by a quarter is exchanging the two axes and reversing the first of them; a flip after it
      // reverses that axis once more.
      const turned = [quarters === 1 || quarters === 2, quarters === 2 || quarters === 3];
      return {
        transpose: quarters % 2 === 1,
        flips: flips.map((own, axis) => own !== (turned[axis - (axes - 2)] ?? false)),
      };
    },
  }),
});

/** Right angles to turn by; a rectangle fits into its place by 0 and by 2 of them only. */
function drawQuarters(draw: RandomStream, square: boolean, rotate: Often): number {
  if (rotate === false) return 0;
  if (rotate === true) return square ? draw.integer(0, 3) : 2 * draw.integer(0, 1);
  if (draw.next() >= rotate) return 0;
  return square ? draw.integer(1, 3) : 2;
}
