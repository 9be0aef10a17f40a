import { tf } from '@raremask/tfjs';

/** Grey-value erosion of [batch, ...space, channels] by the cross of direct neighbours. */
export function erode(image: tf.Tensor): tf.Tensor {
  const negative = tf.neg(image);
  return spaceAxes(image)
    .map((axis) => tf.neg(largestAlong(negative, axis)))
    .reduce(smaller);
}

/** Grey-value dilation of [batch, ...space, channels] by all neighbours. */
export function dilate(image: tf.Tensor): tf.Tensor {
  return spaceAxes(image).reduce(largestAlong, image);
}

/** The axes between batch and channels. */
export function spaceAxes(image: tf.Tensor): number[] {
  return image.shape.slice(1, -1).map((_, index) => index + 1);
}

/** The smaller number of each pair, without the comparisons of tf.minimum's gradient. */
function smaller(left: tf.Tensor, right: tf.Tensor): tf.Tensor {
  return tf.sub(left, tf.relu(tf.sub(left, right)));
}

/**
 * The largest of each number and its two neighbours along an axis. As a pooling of images, also for
 * volumes: the cpu backend's gradient of max pooling in 3-D is wrong for unequal extents. The last axis
 * becomes rows, since the wasm backend is slow with columns of single pixels.
 */
export function largestAlong(image: tf.Tensor, axis: number): tf.Tensor {
  const { shape } = image;
  const product = (extents: readonly number[]) => extents.reduce((all, one) => all * one, 1);
  const [before, extent] = [product(shape.slice(0, axis)), shape[axis]!];
  const [after, channels] = [product(shape.slice(axis + 1, -1)), shape.at(-1)!];
  const pooled =
    after === 1
      ? tf.maxPool(tf.reshape<tf.Rank.R4>(image, [1, before, extent, channels]), [1, 3], 1, 'same')
      : tf.maxPool(
          tf.reshape<tf.Rank.R4>(image, [before, extent, after, channels]),
          [3, 1],
          1,
          'same',
        );
  return tf.reshape(pooled, shape);
}
