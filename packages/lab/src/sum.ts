import type { Loss } from '@raremask/core';
import { tf } from '@raremask/tfjs';

/** The weighted sum of losses, as a training adds them up: a scalar counts for every sample. */
export function sumOf(terms: readonly { readonly loss: Loss; readonly weight: number }[]): Loss {
  return (input) =>
    terms
      .map(({ loss, weight }) => tf.mul<tf.Tensor1D>(loss(input), weight))
      .reduce((sum, term) => tf.add(sum, term));
}
