import { isDeepStrictEqual } from 'node:util';
import type { Json } from '@raremask/core';
import { type Law, law } from '../../trial/law.ts';
import { difference } from '../../trial/valueAndGradient.ts';
import { factorDiffers, halfScheduleState, scheduleThrows, unkeptState } from '../faults.ts';
import { factorsOf, type ScheduleSubject } from '../subject.ts';

const EPOCHS = 16;

/** What a checkpoint keeps of a schedule. */
export function stateLaws(): readonly Law<ScheduleSubject>[] {
  return [
    law('has both state and restore, or neither', ({ schedule, where }) => {
      const [state, restore] = [schedule.state !== undefined, schedule.restore !== undefined];
      if (state && !restore) throw halfScheduleState(where, 'state', 'restore');
      if (restore && !state) throw halfScheduleState(where, 'restore', 'state');
    }),
    law('goes on after a resume as if nothing had happened', async (subject) => {
      const whole = factorsOf({ ...subject, schedule: await subject.another() }, EPOCHS);
      for (const stop of [0, 1, 3, 6, 11]) {
        const first = await subject.another();
        factorsOf({ ...subject, schedule: first }, EPOCHS, 0, stop);
        const kept = JSON.parse(JSON.stringify(stateOf(subject, first.state?.bind(first)))) as Json;
        const resumed = await subject.another();
        // Heard by the one that is thrown away, not by the one that goes on.
        first.observe?.(0.99, stop);
        try {
          if (kept !== null) resumed.restore?.(kept);
        } catch (error) {
          throw scheduleThrows({ where: subject.where, label: 'restore' }, error);
        }
        const rest = factorsOf({ ...subject, schedule: resumed }, EPOCHS, stop);
        const differing = difference(rest, whole.slice(whole.length - rest.length), 0);
        if (differing)
          throw factorDiffers(subject.where, `after a resume in epoch ${stop}`, differing);
      }
    }),
    law('hands over a state that JSON holds, and that stays', async (subject) => {
      const schedule = await subject.another();
      if (schedule.state === undefined) return;
      factorsOf({ ...subject, schedule }, EPOCHS, 0, 4);
      const state = stateOf(subject, schedule.state.bind(schedule));
      const text = JSON.stringify(state) ?? 'nothing';
      if (!isDeepStrictEqual(JSON.parse(text), state)) {
        const expected = 'a state that comes back from JSON as it was';
        throw unkeptState(subject.where, { expected, got: text });
      }
      factorsOf({ ...subject, schedule }, EPOCHS, 4);
      const later = JSON.stringify(state) ?? 'nothing';
      if (later !== text) throw unkeptState(subject.where, { expected: text, got: later });
    }),
  ];
}

function stateOf({ where }: ScheduleSubject, state: (() => Json) | undefined): Json {
  try {
    return state?.() ?? null;
  } catch (error) {
    throw scheduleThrows({ where, label: 'state' }, error);
  }
}
