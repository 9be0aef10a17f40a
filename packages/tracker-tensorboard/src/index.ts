import { API, defineTracker, folder, log } from '@raremask/core';
import { options } from './options.ts';
import { createTensorboard } from './tensorboard.ts';

/** Writes a run as event files of TensorBoard. */
export default defineTracker({
  name: 'tensorboard',
  api: API,
  summary:
    'Event files of TensorBoard: scalars, overlays, histograms, settings, precision and recall',
  options,
  needs: { folder, log },
  create: (chosen, services) => createTensorboard(chosen, { ...services, now: Date.now }),
});
