import { tf } from '@raremask/tfjs';

/** Computes from tensors what counts as constant when the gradient is taken. */
export function constant<T extends tf.Tensor>(
  compute: (...inputs: tf.Tensor[]) => T,
  ...inputs: tf.Tensor[]
): T {
  return tf.customGrad((...given) => ({
    value: compute(...(given.slice(0, inputs.length) as tf.Tensor[])),
    // By shape: when gradients are taken, the inputs themselves may be disposed.
    gradFunc: () => inputs.map(({ shape }) => tf.zeros(shape)),
  }))(...inputs) as T;
}
