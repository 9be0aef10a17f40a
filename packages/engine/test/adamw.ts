import type { Optimizer } from '@raremask/core';
import plugin from '@raremask/optimizers/adamw';

/** AdamW with its usual memory; without decay it is Adam. */
export function adamw(weightDecay: number): Optimizer {
  return plugin.create({ beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay }, {}) as Optimizer;
}
