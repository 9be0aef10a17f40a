import { z } from 'zod';

export const final = z
  .number()
  .min(0)
  .lt(1)
  .default(0)
  .describe('Learning rate at the end, as a share of the full one');

/** From the full rate to its final share, as a form falls from 1 to 0. */
export function between(final: number, form: number): number {
  return final + (1 - final) * form;
}
