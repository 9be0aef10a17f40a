import { type Components, components, judgedMask, type LabelShape } from '@raremask/metrics';
import { covering } from './covering.ts';
import { eachCovered } from './resizeLabels.ts';

/** A structure of the image, and what the seen grid shows of it. */
export interface SeenStructure {
  /** Of the image. */
  readonly pixels: number;
  /** Of the seen grid: those of the class that cover any of it. */
  readonly seen: number;
}

/**
 * The structures of each class; undefined for the background of exclusive classes.
 *
 * @param labels of the image, on [height, width]
 */
export function ownStructures(
  labels: Uint8Array,
  size: readonly number[],
  shape: LabelShape,
): (Components | undefined)[] {
  const first = shape.overlapping ? 0 : 1;
  return Array.from({ length: shape.classes.length }, (_, index) =>
    index < first ? undefined : components(judgedMask(labels, index, shape), [...size]),
  );
}

/**
 * What the seen grid shows of the structures of each class.
 *
 * @param own structures of the image, on [height, width]
 * @param seen its labels on the seen grid
 * @returns those of each class; none for the background of exclusive classes
 */
export function seenStructures(
  own: readonly (Components | undefined)[],
  from: readonly number[],
  seen: Uint8Array,
  to: readonly number[],
  shape: LabelShape,
): SeenStructure[][] {
  const [rows, columns] = [covering(from[0]!, to[0]!), covering(from[1]!, to[1]!)];
  return own.map((found, index) => {
    if (found === undefined || found.count === 0) return [];
    // 0 stands for what is in no structure.
    const shown = new Uint32Array(found.count + 1);
    const last = new Int32Array(found.count + 1).fill(-1);
    const mask = judgedMask(seen, index, shape);
    for (const [at, row] of rows.entries()) {
      for (const [column, covered] of columns.entries()) {
        const place = at * columns.length + column;
        if (mask[place] === 0) continue;
        eachCovered(row, covered, from[1]!, (pixel) => {
          const one = found.labels[pixel]!;
          if (last[one] === place) return;
          last[one] = place;
          shown[one]!++;
        });
      }
    }
    return Array.from(found.pixels, (pixels, one) => ({ pixels, seen: shown[one + 1]! }));
  });
}

/**
 * How many structures of each class no pixel of the seen grid shows any more.
 *
 * @param labels of the image, on [height, width]
 * @param seen of the same, on the seen grid
 * @returns a number for each class; 0 for the background of exclusive classes
 */
export function lostStructures(
  labels: Uint8Array,
  from: readonly number[],
  seen: Uint8Array,
  to: readonly number[],
  shape: LabelShape,
): number[] {
  if (labels === seen) return Array.from({ length: shape.classes.length }, () => 0);
  const own = ownStructures(labels, from, shape);
  return seenStructures(own, from, seen, to, shape).map(
    (structures) => structures.filter((one) => one.seen === 0).length,
  );
}
