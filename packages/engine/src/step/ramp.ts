import type { LossWeight } from '@raremask/core/manifest';

/**
 * The weight of a loss term: a number, or a straight ramp over some epochs.
 *
 * @param progress epochs since the beginning
 */
export function rampValue(weight: LossWeight, progress: number): number {
  if (typeof weight === 'number') return weight;
  const done = Math.min(Math.max(progress - weight.after, 0) / weight.epochs, 1);
  return weight.from + (weight.to - weight.from) * done;
}
