/** One process of several that share the samples of a set. */
export interface Part {
  /** Counted from 1. */
  readonly number: number;
  readonly of: number;
}
