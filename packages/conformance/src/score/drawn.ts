import type { Facts } from '@raremask/core';
import { IGNORE, type ScoreInput } from '@raremask/metrics';

/** A structure: rows from, columns from, rows, columns. Volumes have it in all but the outer slices. */
type Box = readonly [number, number, number, number];

/** One image of a set: what is there, and what is predicted. */
export interface Drawn {
  readonly id: string;
  readonly truth: readonly Box[];
  readonly predicted: readonly Box[];
}

const LARGE: Box = [2, 2, 4, 5];
const SMALL: Box = [7, 9, 2, 2];
const BESIDE: Box = [3, 4, 4, 5];
const FAR: Box = [2, 10, 2, 3];

/** Every kind of image, with every kind of error. */
export const IMAGES: readonly Drawn[] = [
  { id: 'found', truth: [LARGE, SMALL], predicted: [LARGE, SMALL] },
  { id: 'found in part', truth: [LARGE, SMALL], predicted: [BESIDE] },
  { id: 'alarmed beside', truth: [LARGE], predicted: [LARGE, FAR] },
  { id: 'missed', truth: [SMALL], predicted: [] },
  { id: 'empty and quiet', truth: [], predicted: [] },
  { id: 'empty and alarmed', truth: [], predicted: [FAR, SMALL] },
];

const ROWS = 12;
const COLUMNS = 15;
const SLICES = 5;

/** Pixels that are not scored, around an image. */
export interface Frame {
  readonly ignored: number;
}

/**
 * The input that an image is scored with. Structures are of the first foreground class, the second of
 * them of the last; what is predicted alike.
 */
export function inputOf(
  facts: Facts,
  { truth, predicted }: Pick<Drawn, 'truth' | 'predicted'>,
  spacing: readonly number[] | undefined,
  { ignored }: Frame = { ignored: 0 },
): ScoreInput {
  const slices = facts.space === 3 ? [SLICES + 2 * ignored] : [];
  const size = [...slices, ROWS + 2 * ignored, COLUMNS + 2 * ignored];
  return {
    predicted: labels(facts, predicted, size, ignored, 0),
    truth: labels(facts, truth, size, ignored, IGNORE),
    size,
    classes: facts.classes.length,
    overlapping: facts.overlapping,
    names: facts.classes.slice(facts.overlapping ? 0 : 1).map(({ name }) => name),
    ...(spacing !== undefined && { spacing }),
  };
}

/** @param frame label of the pixels that are not scored */
function labels(
  { overlapping, classes, space }: Facts,
  boxes: readonly Box[],
  size: readonly number[],
  ignored: number,
  frame: number,
): Uint8Array {
  const depth = overlapping ? classes.length : 1;
  const [height, width] = size.slice(-2) as [number, number];
  const slices = space === 3 ? size[0]! : 1;
  const out = new Uint8Array(slices * height * width * depth);
  const outside = (at: number, extent: number) => at < ignored || at >= extent - ignored;
  for (let z = 0; z < slices; z++) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const first = ((z * height + y) * width + x) * depth;
        if (outside(y, height) || outside(x, width) || (space === 3 && outside(z, slices))) {
          out.fill(frame, first, first + depth);
          continue;
        }
        if (space === 3 && (z <= ignored || z >= slices - 1 - ignored)) continue;
        for (const [index, [top, left, rows, columns]] of boxes.entries()) {
          const [row, column] = [y - ignored - top, x - ignored - left];
          if (row < 0 || row >= rows || column < 0 || column >= columns) continue;
          const last = index === 0 ? 0 : classes.length - (overlapping ? 1 : 2);
          if (overlapping) out[first + last] = 1;
          else out[first] = last + 1;
        }
      }
    }
  }
  return out;
}
