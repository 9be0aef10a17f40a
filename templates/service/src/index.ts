import { defineService, token } from '@raremask/core';
import * as z from 'zod';

/** What plugins get that ask for the clock. */
export interface Clock {
  /** Milliseconds. */
  now(): number;
}

/** As the package is called, so that no other token is called so. */
const NAME = 'raremask-template-service';

/** What others ask for: `needs: { clock }` in any plugin of the same manifest. */
export const clock = token<Clock>(NAME);

/** A clock that tests may set: with `start`, it stands still there. */
export default defineService({
  name: 'template',
  api: 1,
  summary: 'A clock that may be set',
  options: z.strictObject({
    start: z.number().optional().describe('Milliseconds that it always shows'),
  }),
  provides: clock,
  create: ({ start }): Clock => ({ now: () => start ?? Date.now() }),
});
