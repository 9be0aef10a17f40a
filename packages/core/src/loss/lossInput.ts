import { tf } from '@raremask/tfjs';
import type { Facts } from '../contracts/facts.ts';
import type { LossInput } from '../contracts/loss.ts';
import { completeGradients } from '../gradients/index.ts';

/**
 * Makes what losses see of one batch. The logarithms are computed once, on first use, and the
 * probabilities from them, so that any number of terms costs one softmax.
 *
 * Call it inside tf.tidy, inside the function whose gradient is taken. It gives tfjs the gradients that
 * losses may ask for and tfjs lacks.
 *
 * @param logits [batch, ...space, classes]
 * @param target shaped like the logits, 0 or 1
 * @param weight [batch, ...space, 1]
 */
export function lossInput(
  facts: Pick<Facts, 'overlapping'>,
  logits: tf.Tensor,
  target: tf.Tensor,
  weight: tf.Tensor,
): LossInput {
  completeGradients();
  let logarithms: tf.Tensor | undefined;
  let probabilities: tf.Tensor | undefined;
  return {
    logits,
    target,
    weight,
    get logProbabilities() {
      logarithms ??= facts.overlapping ? logSigmoid(logits) : tf.logSoftmax(logits, -1);
      return logarithms;
    },
    get probabilities() {
      probabilities ??= tf.exp(this.logProbabilities);
      return probabilities;
    },
  };
}

/** min(x, 0) - log(1 + exp(-|x|)): finite for every finite x, and so is its gradient. */
function logSigmoid(x: tf.Tensor): tf.Tensor {
  return tf.sub(tf.minimum(x, 0), tf.log1p(tf.exp(tf.neg(tf.abs(x)))));
}
