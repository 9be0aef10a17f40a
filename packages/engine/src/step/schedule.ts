import type { Schedule } from '@raremask/core';

/**
 * The learning rate as a share of its full value: a straight rise over the warm-up to where the
 * schedule begins, then what the schedule says of the rest of the run.
 *
 * @param warmup in epochs
 * @param progress epochs done, with the fraction of the running one: 0 at the first step
 * @param epochs length of the whole run
 */
export function scheduleFactor(
  schedule: Schedule,
  warmup: number,
  progress: number,
  epochs: number,
): number {
  const length = Math.max(epochs - warmup, 1e-9);
  if (progress < warmup) {
    const rise = (progress + 1e-3) / (warmup + 1e-3);
    return rise * schedule.factor({ done: 0, epoch: 0, epochs: length });
  }
  const epoch = progress - warmup;
  const done = Math.min(Math.max(epoch / length, 0), 1);
  return schedule.factor({ done, epoch, epochs: length });
}
