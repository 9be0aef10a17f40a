import * as z from 'zod';

/** Options of the tracker, as a manifest's `trackers[].with` holds them. */
export const options = z.strictObject({
  folder: z
    .string()
    .min(1)
    .optional()
    .describe(
      "Folder that gathers several runs, from the manifest's folder: each gets a folder of its own name in it; left out, `tensorboard` in the run folder",
    ),
  images: z
    .int()
    .min(0)
    .default(8)
    .describe(
      'Validation images whose truth and prediction are drawn each time, at most: three quarters of them the first with foreground, the others the first without',
    ),
  histograms: z
    .int()
    .min(1)
    .optional()
    .describe('Epochs from one set of histograms of the weights to the next; left out, none'),
  prCurves: z
    .boolean()
    .default(true)
    .describe(
      'Whether precision and recall of the pixels of all validation images are drawn for all thresholds',
    ),
});

export type TensorboardOptions = z.output<typeof options>;
