import { API, defineOptimizer } from '@raremask/core';
import { z } from 'zod';
import { byMoments, momentOptions } from './moments.ts';

/** Kingma and Ba 2015, Adam: a method for stochastic optimization. */
export default defineOptimizer({
  name: 'adam',
  api: API,
  summary: 'Adam: steps by the mean of the gradient over the root of its mean square',
  options: z.strictObject(momentOptions),
  create: (options) => byMoments({ ...options, weightDecay: 0 }),
});
