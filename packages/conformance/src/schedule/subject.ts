import type { RunProgress, Schedule } from '@raremask/core';
import type { Trial } from '../trial/everyOptions.ts';
import { badFactor, scheduleThrows } from './faults.ts';

/** A schedule under trial: one plugin with one set of options. */
export interface ScheduleSubject {
  readonly schedule: Schedule;
  /** What messages begin with. */
  readonly where: string;
  /** Another one, made of the same things. */
  another(): Promise<Schedule>;
}

/** The schedule that a law looks at. */
export async function subjectOf({ fresh, where }: Trial<'schedule'>): Promise<ScheduleSubject> {
  return { schedule: await fresh(), where, another: fresh };
}

/** Moments of a run: 4 of each epoch. */
export function progressOf(epochs: number, from = 0, until = epochs): RunProgress[] {
  const moments: RunProgress[] = [];
  for (let epoch = from; epoch < until; epoch += 0.25) {
    moments.push({ done: epoch / epochs, epoch, epochs });
  }
  return moments;
}

/** The score after an epoch: it rises, falls back, and then stays, so that a plateau is seen. */
function scoreAfter(epoch: number): number {
  return [0.1, 0.3, 0.25, 0.5, 0.49][epoch] ?? 0.48;
}

/** Factors of some epochs, with a validation after each; what is no share of a rate is refused. */
export function factorsOf(
  { schedule, where }: Pick<ScheduleSubject, 'schedule' | 'where'>,
  epochs: number,
  from = 0,
  until = epochs,
  scored: (epoch: number) => number | null = scoreAfter,
): number[] {
  const factors: number[] = [];
  for (let epoch = from; epoch < until; epoch++) {
    for (const progress of progressOf(epochs, epoch, epoch + 1)) {
      factors.push(factorAt({ schedule, where }, progress));
    }
    const score = scored(epoch);
    if (score === null) continue;
    try {
      schedule.observe?.(score, epoch);
    } catch (error) {
      throw scheduleThrows({ where, label: `observe after epoch ${epoch}` }, error);
    }
  }
  return factors;
}

export function factorAt(
  { schedule, where }: Pick<ScheduleSubject, 'schedule' | 'where'>,
  progress: RunProgress,
): number {
  const label = `epoch ${progress.epoch} of ${progress.epochs}`;
  let factor: unknown;
  try {
    factor = schedule.factor(Object.freeze({ ...progress }));
  } catch (error) {
    throw scheduleThrows({ where, label }, error);
  }
  if (typeof factor === 'number' && Number.isFinite(factor) && factor >= 0) return factor;
  throw badFactor({ where, label }, factor);
}
