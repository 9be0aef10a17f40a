import { IGNORE, isIgnored, type LabelShape, labelDepth } from '@raremask/metrics';
import { type Covered, covering } from './covering.ts';

/**
 * Labels on another grid: a pixel gets the class that covers most of it, foreground rather than
 * background where they cover the same, and IGNORE where more of it is not judged than is of any class.
 * Of overlapping classes, each is there where it covers half of what is judged.
 *
 * @param labels in the form of a sample's, on [height, width]
 * @param from [height, width]
 * @param to [height, width]
 */
export function resizeLabels(
  labels: Uint8Array,
  from: readonly number[],
  to: readonly number[],
  shape: LabelShape,
): Uint8Array {
  const [, width] = from as [number, number];
  const [rows, columns] = to as [number, number];
  const [down, across] = [covering(from[0]!, rows), covering(width, columns)];
  const depth = labelDepth(shape);
  const result = new Uint8Array(rows * columns * depth);
  // Of each class, of what is not judged, and of everything.
  const shares = new Float64Array(shape.classes.length + 2);
  const write = shape.overlapping ? writeOverlapping : writeExclusive;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      shares.fill(0);
      eachCovered(down[row]!, across[column]!, width, (pixel, area) => {
        addShares(labels, pixel, area, shape, shares);
      });
      write(result, (row * columns + column) * depth, shares);
    }
  }
  return result;
}

/** Visits the pixels under one of the seen grid, with the area of each that lies under it. */
export function eachCovered(
  rows: Covered,
  columns: Covered,
  width: number,
  visit: (pixel: number, area: number) => void,
): void {
  for (let row = 0; row < rows.lengths.length; row++) {
    const start = (rows.first + row) * width + columns.first;
    const height = rows.lengths[row]!;
    for (let column = 0; column < columns.lengths.length; column++) {
      visit(start + column, height * columns.lengths[column]!);
    }
  }
}

/** Adds the area of one pixel to that of its classes, or to what is not judged; and to the whole. */
function addShares(
  labels: Uint8Array,
  pixel: number,
  area: number,
  { overlapping, classes: { length: classes } }: LabelShape,
  shares: Float64Array,
): void {
  shares[classes + 1]! += area;
  const first = pixel * classes;
  if (!overlapping) {
    const label = labels[pixel]!;
    shares[label === IGNORE ? classes : label]! += area;
  } else if (isIgnored(labels, first, classes)) {
    shares[classes]! += area;
  } else {
    for (let index = 0; index < classes; index++) {
      shares[index]! += area * labels[first + index]!;
    }
  }
}

function writeExclusive(result: Uint8Array, at: number, shares: Float64Array): void {
  const classes = shares.length - 2;
  let best = 0;
  for (let index = 1; index < classes; index++) {
    const lead = shares[index]! - shares[best]!;
    const tied = best === 0 && shares[index]! > 0 && lead > -TIE;
    if (lead > TIE || tied) best = index;
  }
  result[at] = shares[classes]! > shares[best]! + TIE ? IGNORE : best;
}

function writeOverlapping(result: Uint8Array, at: number, shares: Float64Array): void {
  const classes = shares.length - 2;
  const [ignored, area] = [shares[classes]!, shares[classes + 1]!];
  const judged = area - ignored;
  for (let index = 0; index < classes; index++) {
    if (ignored > judged + TIE) result[at + index] = IGNORE;
    else result[at + index] = shares[index]! >= judged / 2 - TIE ? 1 : 0;
  }
}

/** Areas that differ by less are the same. */
const TIE = 1e-9;
