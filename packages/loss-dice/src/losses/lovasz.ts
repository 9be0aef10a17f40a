import { constant } from '@raremask/core/loss';
import { tf } from '@raremask/tfjs';
import { z } from 'zod';
import { needsOverlapping } from '../errors.ts';
import { defineRegionLoss } from '../region/regionLoss.ts';

/** Lovász loss (Berman 2018): the convex extension of the Jaccard loss. */
export default defineRegionLoss({
  name: 'lovasz',
  summary: 'Lovász: errors sorted by size, each weighted by what it costs in Jaccard',
  sumsPixels: false,
  options: {
    errors: z
      .enum(['probability', 'hinge'])
      .default('probability')
      .describe(
        'What the error of a pixel is: the probability that the truth has not got (Lovász softmax), or the hinge 1 - logit x sign (only where classes overlap)',
      ),
  },
  loss: ({ errors }, { facts }) => {
    if (errors === 'hinge' && !facts.overlapping) throw needsOverlapping('lovasz errors: hinge');
    return ({ probabilities, logits, target, weight, pool }) => {
      const error =
        errors === 'hinge'
          ? tf.relu(tf.sub(1, tf.mul(logits, tf.sub(tf.mul(target, 2), 1))))
          : tf.sub(tf.add(probabilities, target), tf.mul(tf.mul(probabilities, target), 2));
      const classes = target.shape.at(-1)!;
      const pools = pool === 'batch' ? 1 : target.shape[0]!;
      const rows = (values: tf.Tensor) =>
        tf.reshape(tf.transpose(tf.reshape(values, [pools, -1, classes]), [0, 2, 1]), [
          pools * classes,
          -1,
        ]);
      const times = tf.mul(weight, tf.onesLike(target));
      const sorted = rows(error);
      const costs = constant(jaccardCosts, sorted, rows(target), rows(times));
      return tf.reshape(tf.sum(tf.mul(sorted, costs), 1), [pools, classes]);
    };
  },
});

/** Stands for the union before the first pixel, where there is no truth. */
const SMALLEST_UNION = 1e-12;

/**
 * What each pixel, once it is wrong as all those with larger errors already are, adds to the Jaccard
 * loss. All [rows, pixels]. Written as products, since differences of nearly equal Jaccard losses
 * would lose their digits.
 */
function jaccardCosts(error: tf.Tensor, target: tf.Tensor, weight: tf.Tensor): tf.Tensor {
  const pixels = error.shape[1]!;
  const { indices } = tf.topk(error, pixels);
  const inOrder = (values: tf.Tensor) => gatherInRows(values, indices);
  const truth = inOrder(tf.mul(weight, target));
  const other = inOrder(tf.mul(weight, tf.sub(1, target)));
  const all = tf.sum(truth, 1, true);
  const hits = tf.relu(tf.sub(all, tf.cumsum(truth, 1)));
  const unionBefore = tf.add(tf.add(all, tf.cumsum(other, 1, true)), SMALLEST_UNION);
  const unionAfter = tf.add(unionBefore, other);
  const missed = tf.div(truth, unionAfter);
  const alarmed = tf.div(
    tf.div(tf.mul(tf.add(hits, SMALLEST_UNION), other), unionBefore),
    unionAfter,
  );
  const { indices: ranks } = tf.topk(tf.neg(tf.cast(indices, 'float32')), pixels);
  return gatherInRows(tf.add(missed, alarmed), ranks);
}

/**
 * Numbers of each row, by their positions in the row. As one row: the wasm backend's gather within
 * batches takes numbers of other rows.
 */
function gatherInRows(values: tf.Tensor, positions: tf.Tensor): tf.Tensor {
  const [rows, pixels] = values.shape as [number, number];
  const starts = tf.mul(tf.range(0, rows, 1, 'int32'), tf.scalar(pixels, 'int32'));
  const places = tf.reshape(tf.add(positions, tf.expandDims(starts, 1)), [-1]);
  return tf.reshape(tf.gather(tf.reshape(values, [-1]), tf.cast(places, 'int32')), values.shape);
}
