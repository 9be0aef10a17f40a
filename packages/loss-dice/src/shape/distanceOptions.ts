import { z } from 'zod';

/** Option of losses that measure distances. */
export const reach = z
  .int()
  .min(1)
  .default(20)
  .describe(
    'Largest distance that is measured, in pixels (along the axis of the smallest spacing); what is farther counts as this far. Time grows with it',
  );
