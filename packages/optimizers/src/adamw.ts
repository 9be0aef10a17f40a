import { API, defineOptimizer } from '@raremask/core';
import { z } from 'zod';
import { byMoments, momentOptions, weightDecay } from './moments.ts';

/** Loshchilov and Hutter 2019, Decoupled weight decay regularization. */
export default defineOptimizer({
  name: 'adamw',
  api: API,
  summary: 'Adam with weight decay apart from the gradient',
  options: z.strictObject({ ...momentOptions, weightDecay: weightDecay(0.01) }),
  create: byMoments,
});
