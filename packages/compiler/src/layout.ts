import { sizeOf } from './graph.ts';

/**
 * The order in which the axes of a value lie in memory: axis k of the memory is axis layout[k] of the
 * value. Rows first, as tfjs has them, is [0, 1, ...]; channels first is [0, r-1, 1, ..., r-2].
 */
export type Layout = readonly number[];

export function rowMajor(rank: number): Layout {
  return Array.from({ length: rank }, (_, axis) => axis);
}

/** [batch, ...space, channels] with the channels before space. */
export function channelsFirst(rank: number): Layout {
  return [0, rank - 1, ...Array.from({ length: rank - 2 }, (_, axis) => axis + 1)];
}

export function isRowMajor(layout: Layout): boolean {
  return layout.every((axis, at) => axis === at);
}

export function sameLayout(a: Layout, b: Layout): boolean {
  return a.length === b.length && a.every((axis, at) => axis === b[at]);
}

/** The extents in the order of the memory. */
export function physicalShape(shape: readonly number[], layout: Layout): number[] {
  return layout.map((axis) => shape[axis]!);
}

/** Which axis of the memory an axis of the value is. */
export function physicalAxis(layout: Layout, axis: number): number {
  return layout.indexOf(axis);
}

/** The permutation that brings memory of one layout into another. */
export function permutation(from: Layout, to: Layout): number[] {
  return to.map((axis) => from.indexOf(axis));
}

/** Whether a permutation leaves the order of all axes longer than 1, so that nothing moves. */
export function movesNothing(physical: readonly number[], order: readonly number[]): boolean {
  const long = order.filter((axis) => physical[axis] !== 1);
  return long.every((axis, at) => at === 0 || long[at - 1]! < axis);
}

/** The layout that is left where axes of the value are gone. */
export function withoutAxes(layout: Layout, gone: readonly number[]): Layout {
  return layout
    .filter((axis) => !gone.includes(axis))
    .map((axis) => axis - gone.filter((other) => other < axis).length);
}

/** The layout of a value whose axes tfjs has permuted: nothing moves in memory. */
export function transposed(layout: Layout, order: readonly number[]): Layout {
  return layout.map((axis) => order.indexOf(axis));
}

/** The layout of a value with axes of extent 1 put before it. */
export function withLeading(layout: Layout, count: number): Layout {
  return [...rowMajor(count), ...layout.map((axis) => axis + count)];
}

/**
 * The layout that a reshaped value has if its memory is left as it is, or undefined where elements
 * would have to move. Extents that belong together (H and W, and their product) are matched first;
 * each such group must lie in one piece and in order.
 */
export function reshaped(
  from: readonly number[],
  layout: Layout,
  to: readonly number[],
): Layout | undefined {
  const groups = matchingGroups(from, to);
  if (groups === undefined) return undefined;
  const long = layout.filter((axis) => from[axis] !== 1);
  const places: { readonly at: number; readonly axes: readonly number[] }[] = [];
  for (const { before, after } of groups) {
    const axes = before.filter((axis) => from[axis] !== 1);
    const at = axes.length === 0 ? -1 : long.indexOf(axes[0]!);
    if (axes.some((axis, index) => long[at + index] !== axis)) return undefined;
    places.push({ at, axes: after });
  }
  const moved = places.filter(({ at }) => at >= 0).sort((a, b) => a.at - b.at);
  const units = places.filter(({ at }) => at < 0).flatMap(({ axes }) => axes);
  const order = moved.flatMap(({ axes }) => axes);
  return [...units, ...order];
}

interface Group {
  readonly before: readonly number[];
  readonly after: readonly number[];
}

function matchingGroups(from: readonly number[], to: readonly number[]): Group[] | undefined {
  if (sizeOf(from) !== sizeOf(to) || sizeOf(from) === 0) return undefined;
  const groups: Group[] = [];
  let [left, right] = [0, 0];
  while (left < from.length || right < to.length) {
    const before: number[] = [];
    const after: number[] = [];
    let [a, b] = [1, 1];
    do {
      if (a <= b && left < from.length) {
        a *= from[left]!;
        before.push(left++);
      } else if (right < to.length) {
        b *= to[right]!;
        after.push(right++);
      } else if (left < from.length) {
        a *= from[left]!;
        before.push(left++);
      }
    } while (a !== b);
    groups.push({ before, after });
  }
  return groups;
}
