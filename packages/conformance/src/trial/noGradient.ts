import type { GradientGap } from '@raremask/core/loss';

/** Thrown where no gradient goes from what learns to what is computed of it. */
export class NoGradient extends Error {
  readonly gap: GradientGap;

  constructor(gap: GradientGap) {
    super(`no gradient goes through ${gap.kernel}`);
    this.gap = gap;
  }
}
