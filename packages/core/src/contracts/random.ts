/**
 * A stream of random numbers of one plugin's own: what one plugin draws never shifts what another
 * one draws. The same seed gives the same numbers.
 */
export interface RandomStream {
  /** A number in [0, 1). */
  next(): number;
  /** A whole number in [from, to], both included. */
  integer(from: number, to: number): number;
  /** A number of the standard normal distribution. */
  normal(): number;
  /** Shuffles in place and returns the same array. */
  shuffle<T>(items: T[]): T[];
  /** A new independent stream, fixed by this stream's seed and the name; draws nothing from this one. */
  fork(name: string): RandomStream;
  /** The state, to be put back with `restore`. */
  state(): Json;
  restore(state: Json): void;
}

/** What JSON can hold. */
export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json };
