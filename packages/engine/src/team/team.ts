/**
 * Processes that train one network together. All of them call everything here, in the same order; the first
 * one, rank 0, writes and speaks for all.
 */
export interface Team {
  /** Which of them this process is, from 0. */
  readonly rank: number;
  readonly size: number;
  /** Sums over all processes, in place. */
  sum(values: Float32Array | Float64Array): void;
  /** What the first says, for all; the others give nothing. */
  fromFirst(bytes?: Uint8Array): Promise<Uint8Array>;
  /** What each says, in the order of ranks, for all. */
  gather(bytes: Uint8Array): Promise<readonly Uint8Array[]>;
}

/** A process by itself. */
export const ALONE: Team = {
  rank: 0,
  size: 1,
  sum() {},
  fromFirst: async (bytes) => bytes!,
  gather: async (bytes) => [bytes],
};

export function isFirst({ rank }: Team): boolean {
  return rank === 0;
}

export function isAlone({ size }: Team): boolean {
  return size === 1;
}
