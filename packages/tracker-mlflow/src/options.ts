import * as z from 'zod';
import { urlOf } from './access.ts';

/** Longest value of a tag that every MLflow server since version 1 takes. */
const TAG = 5000;

/** Options of the tracker, as a manifest's `trackers[].with` holds them. */
export const options = z.strictObject({
  trackingUri: z
    .url({ protocol: /^https?$/ })
    .refine((address) => !urlOf(address)?.username && !urlOf(address)?.password, {
      error:
        'must not hold a user or password: set MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD',
    })
    .optional()
    .describe(
      'Address of the MLflow server, http or https; left out, that of the environment variable MLFLOW_TRACKING_URI',
    ),
  experiment: z
    .string()
    .min(1)
    .default('raremask')
    .describe('Experiment that the run belongs to; made where the server has none of this name'),
  tags: z
    .record(z.string().min(1).max(250), z.string().max(TAG))
    .default({})
    .describe('Tags of the run, by name'),
  artifacts: z
    .boolean()
    .default(true)
    .describe(
      'Whether the files of the run folder are sent when the run has ended, where the server takes them',
    ),
  uploadSeconds: z
    .number()
    .positive()
    .default(600)
    .describe('Seconds that sending them may take, before the command ends without the rest'),
});

export type MlflowOptions = z.output<typeof options>;
