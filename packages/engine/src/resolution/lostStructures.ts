import { components, judgedMask, type LabelShape } from '@raremask/metrics';
import { covering } from './covering.ts';
import { eachCovered } from './resizeLabels.ts';

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
  const [rows, columns] = [covering(from[0]!, to[0]!), covering(from[1]!, to[1]!)];
  const first = shape.overlapping ? 0 : 1;
  return Array.from({ length: shape.classes.length }, (_, index) => {
    if (index < first) return 0;
    const found = components(judgedMask(labels, index, shape), [...from]);
    if (found.count === 0) return 0;
    const shown = new Uint8Array(found.count + 1);
    const mask = judgedMask(seen, index, shape);
    for (const [at, row] of rows.entries()) {
      for (const [column, covered] of columns.entries()) {
        if (mask[at * columns.length + column] === 0) continue;
        eachCovered(row, covered, from[1]!, (pixel) => {
          shown[found.labels[pixel]!] = 1;
        });
      }
    }
    // 0 stands for what is in no structure.
    return found.count - shown.subarray(1).reduce((sum, one) => sum + one, 0);
  });
}
