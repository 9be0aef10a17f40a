/**
 * Source of a model of one convolution, as an author writes it; `forward` begins in line 10.
 *
 * @param forward the function, as text
 * @param buffers the list of its running statistics, as text
 */
export function ownModel(forward: string, buffers = '[]'): string {
  return `import { defineModel } from '@raremask/core';
import * as tf from '@tensorflow/tfjs';
export default defineModel({
  name: 'own',
  api: 1,
  create: () => ({
    weights: [{ name: 'k', shape: [1, 1, 1, 2], initial: Float32Array.of(1, -1), decay: true }],
    buffers: ${buffers},
    multipleOf: [1, 1],
    forward: ${forward},
  }),
});
`;
}
