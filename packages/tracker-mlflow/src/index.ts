import { API, defineTracker, log } from '@raremask/core';
import { createMlflow } from './mlflow.ts';
import { options } from './options.ts';

/** Sends a run to an MLflow server. */
export default defineTracker({
  name: 'mlflow',
  api: API,
  summary: 'An MLflow server gets the settings, the scores by step, and the run folder',
  options,
  needs: { log },
  create: (chosen, services) =>
    createMlflow(chosen, { ...services, environment: process.env, now: Date.now }),
});
