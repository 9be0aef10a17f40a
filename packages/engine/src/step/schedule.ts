import type { Schedule } from '@raremask/core/manifest';

/**
 * The learning rate as a share of its full value.
 *
 * @param progress epochs done, with the fraction of the running one: 0 at the first step
 * @param epochs length of the whole run
 *
 * Cosine: Loshchilov and Hutter 2017, without restarts. Poly: Chen et al. 2018 (power 0.9).
 */
export function scheduleFactor(schedule: Schedule, progress: number, epochs: number): number {
  if (progress < schedule.warmup) return (progress + 1e-3) / (schedule.warmup + 1e-3);
  const length = Math.max(epochs - schedule.warmup, 1e-9);
  const done = Math.min(Math.max((progress - schedule.warmup) / length, 0), 1);
  return schedule.final + (1 - schedule.final) * shape(schedule, done);
}

function shape(schedule: Schedule, done: number): number {
  switch (schedule.use) {
    case 'constant':
      return 1;
    case 'cosine':
      return (1 + Math.cos(Math.PI * done)) / 2;
    case 'poly':
      return (1 - done) ** schedule.power;
  }
}
