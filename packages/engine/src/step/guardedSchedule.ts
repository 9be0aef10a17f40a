import type { Json, Schedule } from '@raremask/core';
import { calling } from '../guard/calling.ts';
import { describe } from '../guard/describe.ts';
import { lostInJson, WHAT_JSON_KEEPS } from '../guard/json.ts';
import { refusePromise } from '../guard/promised.ts';
import { scheduleFailed, scheduleResult } from './errors.ts';

/**
 * A schedule of which no wrong number gets through: what is wrong is thrown with its place in the manifest.
 *
 * @param place what messages begin with, for example `train.schedule (halves)`
 * @param url of the plugin's module: what it throws gets its line
 */
export function guardedSchedule(schedule: Schedule, place: string, url?: string): Schedule {
  const called = calling((what, cause) => scheduleFailed(place, what, cause, url));
  return {
    factor(progress) {
      const when = `epoch ${progress.epoch.toFixed(2)} of ${progress.epochs}, without the warm-up`;
      const factor: unknown = called(`factor, ${when}`, () => schedule.factor(progress));
      if (typeof factor !== 'number' || !Number.isFinite(factor) || factor < 0) {
        const expected = 'a share of the full learning rate, a finite number from 0';
        throw scheduleResult(place, `an unusable factor, ${when}`, expected, describe(factor));
      }
      return factor;
    },
    ...(schedule.observe !== undefined && {
      observe(score: number, epoch: number) {
        const what = `observe, epoch ${epoch}`;
        const given: unknown = called(what, () => schedule.observe!(score, epoch));
        refusePromise(given, what, (...wrong) => scheduleResult(place, ...wrong));
      },
    }),
    ...(schedule.state !== undefined && {
      state() {
        const state = called('state', () => schedule.state!());
        const lost = called('state', () => lostInJson(state));
        if (lost !== undefined) {
          const what = 'a state that a checkpoint cannot hold';
          throw scheduleResult(place, what, WHAT_JSON_KEEPS, lost);
        }
        return state;
      },
    }),
    ...(schedule.restore !== undefined && {
      restore: (state: Json) => called('restore', () => schedule.restore!(state)),
    }),
  };
}
