import { z } from 'zod';
import { classWeightsOption } from './classWeights.ts';

/** Options that every pixel loss has. */
export const sharedOptions = {
  classWeights: classWeightsOption,
  normalize: z
    .enum(['pixels', 'weights'])
    .optional()
    .describe(
      'With class weights, what the weighted sum is divided by: the number of pixels, or the sum of their class weights; left out, the number of pixels',
    ),
  pool: z
    .enum(['image', 'batch'])
    .default('image')
    .describe(
      'One mean for each image, or one over all counted pixels of the batch: then an image with many ignored pixels counts less, and its value depends on its neighbours',
    ),
};

export type SharedOptions = z.output<z.ZodObject<typeof sharedOptions>>;

/** Refuses an option that would do nothing. */
export function refuseIdle(context: z.core.ParsePayload<SharedOptions>): void {
  const { normalize, classWeights } = context.value;
  if (normalize !== undefined && classWeights === undefined) {
    context.issues.push({
      code: 'custom',
      path: ['normalize'],
      message: 'has no effect without `classWeights`; set `classWeights`, or leave it out',
      input: normalize,
    });
  }
}
