import { wrongLength, wrongSize } from './errors.ts';

/**
 * Which pixels touch. `face`: those that share an edge (2-D, 4 neighbours) or a face (3-D, 6).
 * `full`: those that share a corner too (8 and 26).
 */
export type Connectivity = 'face' | 'full';

/** The smallest box around a component, in space coordinates. */
export interface Box {
  readonly origin: readonly number[];
  readonly size: readonly number[];
}

export interface Components {
  /** One number a pixel: 0 outside, 1 to `count` inside, numbered in the order of first pixels. */
  readonly labels: Int32Array;
  readonly count: number;
  /** Pixels of each component; component k stands at k - 1. */
  readonly pixels: Int32Array;
  /** Box of each component; component k stands at k - 1. */
  readonly boxes: readonly Box[];
}

/**
 * Connected components of a mask, by union-find over runs of pixels (after Rosenfeld and Pfaltz,
 * 1966): the cost grows with the rows and the runs, so nearly empty masks are nearly free.
 *
 * @param mask 0 outside, anything else inside; the last space axis runs fastest
 * @param size [height, width] or [depth, height, width]
 * @param connectivity `full` by default, so that a thin diagonal scratch is one structure
 */
export function components(
  mask: Uint8Array,
  size: readonly number[],
  connectivity: Connectivity = 'full',
): Components {
  const [depth, height, width] = checkedExtent('components', size);
  if (mask.length !== depth * height * width) {
    throw wrongLength('components', 'the mask', depth * height * width, mask.length);
  }
  const runs = findRuns(mask, depth * height, width);
  const parent = linkRuns(runs, depth, height, connectivity);
  return collect(runs, parent, size, height, width, mask.length);
}

/**
 * Visits the pixels of one component in their order.
 *
 * @param component from 0
 * @param size of the mask
 */
export function eachPixelOf(
  { labels, boxes }: Components,
  component: number,
  size: readonly number[],
  visit: (pixel: number) => void,
): void {
  const [, height, width] = checkedExtent('eachPixelOf', size);
  const box = boxes[component]!;
  const isFlat = size.length === 2;
  const [front, top, left] = isFlat ? [0, ...box.origin] : box.origin;
  const [depth, rows, columns] = isFlat ? [1, ...box.size] : box.size;
  for (let z = front!; z < front! + depth!; z++) {
    for (let y = top!; y < top! + rows!; y++) {
      const start = (z * height + y) * width + left!;
      for (let at = start; at < start + columns!; at++) {
        if (labels[at] === component + 1) visit(at);
      }
    }
  }
}

/** [depth, height, width] of a 2-D or 3-D size. */
export function checkedExtent(where: string, size: readonly number[]): [number, number, number] {
  const valid = size.every((extent) => Number.isInteger(extent) && extent > 0);
  if (!valid || size.length < 2 || size.length > 3) throw wrongSize(where, size);
  const [depth, height, width] = size.length === 3 ? size : [1, ...size];
  return [depth!, height!, width!];
}

/** Unbroken stretches of pixels within rows, in raster order. */
interface Runs {
  count: number;
  /** First column, and the column after the last. */
  starts: Int32Array;
  ends: Int32Array;
  rows: Int32Array;
  /** Index of the first run of each row; one entry more than there are rows. */
  readonly firstOfRow: Int32Array;
}

function findRuns(mask: Uint8Array, rowCount: number, width: number): Runs {
  const runs: Runs = {
    count: 0,
    starts: new Int32Array(256),
    ends: new Int32Array(256),
    rows: new Int32Array(256),
    firstOfRow: new Int32Array(rowCount + 1),
  };
  const words = wordsOf(mask);
  for (let row = 0; row < rowCount; row++) {
    runs.firstOfRow[row] = runs.count;
    const offset = row * width;
    let column = 0;
    while (column < width) {
      const at = offset + column;
      if (mask[at] === 0) {
        // Most of a mask is empty: four pixels at once.
        column += at % 4 === 0 && words[at / 4] === 0 && column + 4 <= width ? 4 : 1;
        continue;
      }
      const start = column;
      while (column < width && mask[offset + column] !== 0) column++;
      if (runs.count === runs.starts.length) grow(runs);
      runs.starts[runs.count] = start;
      runs.ends[runs.count] = column;
      runs.rows[runs.count] = row;
      runs.count++;
    }
  }
  runs.firstOfRow[rowCount] = runs.count;
  return runs;
}

/** The same bytes, four at a time; nothing where they do not lie so in memory. */
function wordsOf({ buffer, byteOffset, length }: Uint8Array): Uint32Array {
  return byteOffset % 4 === 0
    ? new Uint32Array(buffer, byteOffset, Math.floor(length / 4))
    : new Uint32Array();
}

function grow(runs: Runs): void {
  runs.starts = doubled(runs.starts);
  runs.ends = doubled(runs.ends);
  runs.rows = doubled(runs.rows);
}

function doubled(values: Int32Array): Int32Array {
  const larger = new Int32Array(values.length * 2);
  larger.set(values);
  return larger;
}

/** Parent of each run; a root is the earliest run of its component. */
function linkRuns(
  runs: Runs,
  depth: number,
  height: number,
  connectivity: Connectivity,
): Int32Array {
  const parent = new Int32Array(runs.count);
  for (let run = 0; run < runs.count; run++) parent[run] = run;
  const reach = connectivity === 'full' ? 1 : 0;
  for (let z = 0; z < depth; z++) {
    for (let y = 0; y < height; y++) {
      const row = z * height + y;
      if (runs.firstOfRow[row] === runs.firstOfRow[row + 1]) continue;
      if (y > 0) linkRows(runs, parent, row - 1, row, reach);
      if (z === 0) continue;
      for (let shift = -reach; shift <= reach; shift++) {
        if (y + shift >= 0 && y + shift < height) {
          linkRows(runs, parent, row - height + shift, row, reach);
        }
      }
    }
  }
  return parent;
}

/** Joins the runs of two rows that overlap, or, with a reach of 1, touch by a corner. */
function linkRows(
  runs: Runs,
  parent: Int32Array,
  earlierRow: number,
  row: number,
  reach: number,
): void {
  let earlier = runs.firstOfRow[earlierRow]!;
  let run = runs.firstOfRow[row]!;
  const earlierEnd = runs.firstOfRow[earlierRow + 1]!;
  const end = runs.firstOfRow[row + 1]!;
  while (earlier < earlierEnd && run < end) {
    if (
      runs.starts[earlier]! < runs.ends[run]! + reach &&
      runs.starts[run]! < runs.ends[earlier]! + reach
    ) {
      join(parent, earlier, run);
    }
    if (runs.ends[earlier]! < runs.ends[run]!) earlier++;
    else run++;
  }
}

function join(parent: Int32Array, first: number, second: number): void {
  const a = root(parent, first);
  const b = root(parent, second);
  if (a < b) parent[b] = a;
  else parent[a] = b;
}

/** Halves the path on the way up. */
function root(parent: Int32Array, run: number): number {
  let at = run;
  while (parent[at] !== at) {
    parent[at] = parent[parent[at]!]!;
    at = parent[at]!;
  }
  return at;
}

function collect(
  runs: Runs,
  parent: Int32Array,
  size: readonly number[],
  height: number,
  width: number,
  length: number,
): Components {
  const labels = new Int32Array(length);
  const labelOfRun = new Int32Array(runs.count);
  const pixels: number[] = [];
  const lower: number[][] = [];
  const upper: number[][] = [];
  for (let run = 0; run < runs.count; run++) {
    const top = root(parent, run);
    const start = runs.starts[run]!;
    const end = runs.ends[run]!;
    const row = runs.rows[run]!;
    const y = row % height;
    const z = (row - y) / height;
    if (top === run) {
      pixels.push(0);
      lower.push([z, y, start]);
      upper.push([z, y, end - 1]);
      labelOfRun[run] = pixels.length;
    }
    const label = labelOfRun[top]!;
    labelOfRun[run] = label;
    labels.fill(label, row * width + start, row * width + end);
    pixels[label - 1]! += end - start;
    widen(lower[label - 1]!, upper[label - 1]!, z, y, start, end - 1);
  }
  const unusedAxes = 3 - size.length;
  const boxes = lower.map((from, index) => ({
    origin: from.slice(unusedAxes),
    size: from.map((low, axis) => upper[index]![axis]! - low + 1).slice(unusedAxes),
  }));
  return { labels, count: pixels.length, pixels: Int32Array.from(pixels), boxes };
}

function widen(
  lower: number[],
  upper: number[],
  z: number,
  y: number,
  first: number,
  last: number,
): void {
  if (y < lower[1]!) lower[1] = y;
  if (first < lower[2]!) lower[2] = first;
  if (z > upper[0]!) upper[0] = z;
  if (y > upper[1]!) upper[1] = y;
  if (last > upper[2]!) upper[2] = last;
}
