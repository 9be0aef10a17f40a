import { defineSchedule, type Json, type Schedule, type SchedulePlugin } from '@raremask/core';

/** A plugin that must be refused. */
export interface FaultySchedule {
  readonly plugin: SchedulePlugin;
  /** The check that must refuse it. */
  readonly check: string;
  /** What the message must say. */
  readonly says: RegExp;
}

function made(create: () => Schedule): SchedulePlugin {
  return defineSchedule({ name: 'faulty', api: 1, create });
}

/** A straight fall. */
export const soundFall = made(() => ({ factor: ({ done }) => 1 - done }));

/** Halves with every score that is not the best so far. */
function listening(change: (sound: Required<Schedule>) => Schedule = (sound) => sound) {
  return made(() => {
    let heard = { best: Number.MIN_SAFE_INTEGER, factor: 1 };
    return change({
      factor: () => heard.factor,
      observe: (score) => {
        heard =
          score > heard.best
            ? { ...heard, best: score }
            : { ...heard, factor: Math.max(heard.factor / 2, 0.01) };
      },
      state: (): Json => ({ ...heard }),
      restore: (state) => {
        heard = { ...(state as unknown as typeof heard) };
      },
    });
  });
}

export const soundListener = listening();

export const faultySchedules: Readonly<Record<string, FaultySchedule>> = {
  'divides by the number of epochs left': {
    plugin: made(() => ({ factor: ({ epoch, epochs }) => 1 / (epochs - 1 - Math.floor(epoch)) })),
    check: 'gives a finite number from 0 at every moment',
    says: /epoch 0 of 1.*Infinity/,
  },
  'falls below 0': {
    plugin: made(() => ({ factor: ({ epoch }) => 1 - epoch / 10 })),
    check: 'gives a finite number from 0 at every moment',
    says: /of 40.*-0\.\d+/,
  },
  'gives a text': {
    plugin: made(() => ({ factor: () => '1' as unknown as number })),
    check: 'gives a finite number from 0 at every moment',
    says: /"1"/,
  },
  'throws at the first step': {
    plugin: made(() => ({
      factor({ epoch }) {
        if (epoch === 0) throw new Error('not begun');
        return 1;
      },
    })),
    check: 'gives a finite number from 0 at every moment',
    says: /the schedule throws.*not begun/,
  },
  'writes into its progress': {
    plugin: made(() => ({
      factor(progress) {
        (progress as { done: number }).done *= 0.5;
        return progress.done;
      },
    })),
    check: 'gives a finite number from 0 at every moment',
    says: /progress that is left as it is.*TypeError/,
  },
  'takes the logarithm of a score': {
    plugin: made(() => {
      let factor = 1;
      return {
        factor: () => factor,
        observe: (score) => {
          factor = Math.log(score);
        },
        state: () => factor,
        restore: (state) => {
          factor = state as number;
        },
      };
    }),
    check: 'gives one in runs without validation too, and whatever is heard',
    says: /no share of a learning rate.*-Infinity/,
  },
  'never moves a weight': {
    plugin: made(() => ({ factor: () => 0 })),
    check: 'moves the weights somewhere in a run',
    says: /0 all the time/,
  },
  'has state without restore': {
    plugin: listening(({ factor, observe, state }) => ({ factor, observe, state })),
    check: 'has both state and restore, or neither',
    says: /there is state, but no restore/,
  },
  'forgets what it heard': {
    plugin: listening(({ factor, observe }) => ({ factor, observe })),
    check: 'goes on after a resume as if nothing had happened',
    says: /after a resume in epoch/,
  },
  'keeps a part of what it heard': {
    plugin: listening((sound) => ({
      ...sound,
      state: () => ({ ...(sound.state() as object), best: 0 }),
    })),
    check: 'goes on after a resume as if nothing had happened',
    says: /after a resume in epoch/,
  },
  'counts its calls': {
    plugin: made(() => {
      let calls = 0;
      return { factor: () => 1 / ++calls };
    }),
    check: 'gives the same moment the same factor, however often it is asked',
    says: /the second time/,
  },
  'keeps infinity': {
    plugin: made(() => {
      let best = Number.NEGATIVE_INFINITY;
      return {
        factor: () => 1,
        state: () => ({ best }),
        restore: (state) => {
          best = (state as { best: number }).best;
        },
      };
    }),
    check: 'hands over a state that JSON holds, and that stays',
    says: /comes back from JSON.*null/,
  },
  'hands over what it goes on writing into': {
    plugin: made(() => {
      const heard: number[] = [];
      return {
        factor: () => 1,
        observe: (score) => {
          heard.push(score);
        },
        state: () => heard,
        restore: (state) => {
          heard.splice(0, heard.length, ...(state as number[]));
        },
      };
    }),
    check: 'hands over a state that JSON holds, and that stays',
    says: /does not stay as it was handed over/,
  },
  'shares what it heard between runs': {
    plugin: (() => {
      let factor = 1;
      return made(() => ({
        factor: () => factor,
        observe: () => {
          factor *= 0.9;
        },
      }));
    })(),
    check: 'is the same in another run of the same scores',
    says: /in another run/,
  },
  'draws by chance': {
    plugin: made(() => ({ factor: () => (Math.random() < 2 ? 1 : 0) })),
    check: 'draws no random numbers of its own',
    says: /Math\.random/,
  },
};
