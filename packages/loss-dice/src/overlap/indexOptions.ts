import { tf } from '@raremask/tfjs';
import { z } from 'zod';

/** Option of an index whose denominator counts predicted pixels. */
export const denominator = z
  .enum(['linear', 'squared'])
  .default('linear')
  .describe('Whether the denominator sums probabilities or their squares');

/** Option of an index: what becomes of it. */
export const transform = z
  .enum(['one-minus', 'minus-log'])
  .default('one-minus')
  .describe('The loss made from the index x: 1 - x, or -log x');

/** The index that stands for 0, so that -log x is at most 16. */
const SMALLEST_INDEX = 1e-7;

export function transformed(
  index: tf.Tensor2D,
  options: { readonly transform: z.output<typeof transform> },
): tf.Tensor2D {
  return options.transform === 'one-minus'
    ? tf.sub(1, index)
    : tf.neg(tf.log(tf.add(index, tf.mul(tf.sub(1, index), SMALLEST_INDEX))));
}
