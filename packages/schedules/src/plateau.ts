import { API, defineSchedule, type Json } from '@raremask/core';
import { z } from 'zod';

/** What was heard so far: epochs are counted as they were validated. */
interface Heard {
  readonly best: number | null;
  /** Validations since the best one, or since the last fall. */
  readonly waited: number;
  readonly factor: number;
}

/** Lowers the learning rate when the score of the validation stays behind its best. */
export default defineSchedule({
  name: 'plateau',
  api: API,
  summary: 'The learning rate falls when the score of the validation no longer rises',
  options: z.strictObject({
    factor: z
      .number()
      .gt(0)
      .lt(1)
      .default(0.2)
      .describe('What the learning rate is multiplied by, each time'),
    patience: z
      .int()
      .min(1)
      .default(5)
      .describe('Validations in a row without a better score that it waits for'),
    threshold: z
      .number()
      .min(0)
      .default(0.001)
      .describe('By how much a score must be above the best one to be better'),
    least: z
      .number()
      .min(0)
      .lt(1)
      .default(0.001)
      .describe('Smallest learning rate, as a share of the full one'),
  }),
  create({ factor, patience, threshold, least }) {
    let heard: Heard = { best: null, waited: 0, factor: 1 };
    return {
      factor: () => heard.factor,
      observe(score) {
        if (heard.best === null || score > heard.best + threshold) {
          heard = { ...heard, best: score, waited: 0 };
          return;
        }
        const waited = heard.waited + 1;
        heard =
          waited < patience
            ? { ...heard, waited }
            : { ...heard, waited: 0, factor: Math.max(heard.factor * factor, least) };
      },
      state: (): Json => ({ ...heard }),
      restore: (state) => {
        heard = state as unknown as Heard;
      },
    };
  },
});
