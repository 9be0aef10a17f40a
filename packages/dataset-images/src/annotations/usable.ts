import type { Outline } from './instance.ts';
import { paintPolygon } from './polygon.ts';
import { paintRuns } from './runLength.ts';

/** Corners farther from the image than this many pixels are no corners of a structure. */
const FARTHEST = 100_000;

/** Why an annotation cannot be painted: which, and what is wrong. */
export interface Unusable {
  readonly place: string;
  readonly reason: string;
}

/** Polygons that can be painted, and what is wrong with the others. */
export function usablePolygons(
  polygons: readonly (readonly number[])[],
  place: string,
  size: readonly [height: number, width: number],
): { readonly usable: readonly (readonly number[])[]; readonly unusable: readonly Unusable[] } {
  if (polygons.length === 0) return { usable: [], unusable: [{ place, reason: 'no outline' }] };
  const unusable: Unusable[] = [];
  const usable = polygons.filter((corners, at) => {
    const reason = problemOf(corners, size);
    if (reason !== undefined) unusable.push({ place: `${place}[${at}]`, reason });
    return reason === undefined;
  });
  return { usable, unusable };
}

/** Why runs cannot be painted; undefined where they can. */
export function problemOfRuns(runs: readonly number[]): string | undefined {
  return runs.some((run, at) => at % 2 === 1 && run > 0) ? undefined : 'no pixel';
}

function problemOf(
  corners: readonly number[],
  size: readonly [height: number, width: number],
): string | undefined {
  if (corners.length < 6 || corners.length % 2 === 1) {
    return `${corners.length} values, x and y of at least 3 corners are needed`;
  }
  const [height, width] = size;
  const farthest = FARTHEST + Math.max(height, width);
  const far = corners.find((value) => !(Math.abs(value) <= farthest));
  if (far !== undefined) return `a corner at ${far}, which is no place near the image`;
  if (isPlain(corners, size)) return undefined;
  let painted = false;
  paintPolygon(corners, size, () => {
    painted = true;
  });
  return painted ? undefined : 'no pixel of the image';
}

/** True where a polygon lies within the image and is too large to miss the middle of every pixel. */
function isPlain(corners: readonly number[], [height, width]: readonly [number, number]): boolean {
  let area = 0;
  let long = 0;
  for (let at = 0; at < corners.length; at += 2) {
    const [x, y] = [corners[at]!, corners[at + 1]!];
    if (x < 0 || y < 0 || x > width || y > height) return false;
    const [nextX, nextY] = [
      corners[(at + 2) % corners.length]!,
      corners[(at + 3) % corners.length]!,
    ];
    area += x * nextY - nextX * y;
    long += Math.hypot(nextX - x, nextY - y);
  }
  return Math.abs(area) / 2 > 2 * long;
}

/** Pixels of a structure. */
export interface Pixels {
  readonly count: number;
  /** Calls `paint` for each of them, once. */
  each(paint: (pixel: number) => void): void;
}

/** Pixels of an outline in an image. */
export function pixelsOf(outline: Outline, size: readonly [height: number, width: number]): Pixels {
  if (outline.kind === 'runs') {
    const { runs, order } = outline;
    let count = 0;
    for (let at = 1; at < runs.length; at += 2) count += runs[at]!;
    return { count, each: (paint) => paintRuns(runs, order, size, paint) };
  }
  const pixels = new Set<number>();
  const add = (pixel: number) => void pixels.add(pixel);
  if (outline.kind === 'unjudged') paintBox(outline.box, size, add);
  else for (const corners of outline.polygons) paintPolygon(corners, size, add);
  return { count: pixels.size, each: (paint) => pixels.forEach(paint) };
}

/** @param box x, y, width and height in pixels; without one the whole image */
function paintBox(
  box: readonly number[] | undefined,
  [height, width]: readonly [number, number],
  add: (pixel: number) => void,
): void {
  const [x, y, wide, tall] = box ?? [0, 0, width, height];
  const bound = (value: number, most: number) => Math.min(Math.max(value, 0), most);
  for (let row = bound(Math.floor(y!), height); row < bound(Math.ceil(y! + tall!), height); row++) {
    const end = bound(Math.ceil(x! + wide!), width);
    for (let column = bound(Math.floor(x!), width); column < end; column++) {
      add(row * width + column);
    }
  }
}
