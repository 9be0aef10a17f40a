import type { Team } from './team.ts';

/** One process's part of a batch. */
export interface Share<T> {
  readonly draws: readonly T[];
  /** Place of the first of them in the batch. */
  readonly from: number;
  /** Their number among that of the whole batch. 0 where there are fewer draws than processes: then one is drawn that counts for nothing. */
  readonly weight: number;
}

/** Parts of a batch follow each other: together they are the batch of a single process. */
export function shareOf<T>(
  draws: readonly T[],
  { rank, size }: Pick<Team, 'rank' | 'size'>,
): Share<T> {
  const [from, to] = [rank, rank + 1].map((place) => Math.floor((place * draws.length) / size));
  if (from === to) return { draws: draws.slice(0, 1), from: 0, weight: 0 };
  return { draws: draws.slice(from, to), from: from!, weight: (to! - from!) / draws.length };
}

/** The weight of each process's part of a batch. */
export function sharesOf(draws: readonly unknown[], { size }: Pick<Team, 'size'>): number[] {
  return Array.from({ length: size }, (_, rank) => shareOf(draws, { rank, size }).weight);
}

/** Every so many-th of a list: what this process takes of work that is done once. */
export function strideOf<T>(list: readonly T[], { rank, size }: Pick<Team, 'rank' | 'size'>): T[] {
  return list.filter((_, index) => index % size === rank);
}

/** The lists that processes have made of their strides, as one again. */
export function joinStrides<T>(parts: readonly (readonly T[])[]): T[] {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  return Array.from({ length }, (_, index) => {
    const place = Math.floor(index / parts.length);
    return parts[index % parts.length]![place]!;
  });
}
