import { tf } from '@raremask/tfjs';

/**
 * Computes step by step, for use inside `constant`: only the newest tensor of the steps is kept, where
 * all that an image of many pixels needs for many steps would not fit into memory.
 */
export function repeated(
  first: tf.Tensor,
  times: number,
  step: (latest: tf.Tensor, index: number) => tf.Tensor,
): tf.Tensor {
  let latest = first;
  for (let index = 0; index < times; index++) {
    const next = tf.tidy(() => step(latest, index));
    if (latest !== first) latest.dispose();
    latest = next;
  }
  return latest;
}
