/** Places in a grid of rules: one rule a class, threshold and gate for all of them. */
export interface Choice {
  readonly threshold: number;
  readonly gate: number;
  readonly rules: readonly number[];
}
