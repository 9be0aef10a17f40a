import * as tf from '@tensorflow/tfjs';
import { type Layer, type Plan, plainDeviation, pointwiseConvolution } from './layers.ts';
import { spaceMean } from './spatial.ts';

/** Channels of the squeezed image: a sixteenth, in eights and at least 8, as nnU-Net has them. */
export function squeezedWidth(channels: number): number {
  return Math.max(8, 8 * Math.floor((channels / 16 + 4) / 8));
}

/**
 * Squeeze and excitation (Hu et al. 2018): each channel of an image is multiplied by a gate between 0
 * and 1 that is computed from the means of all of them.
 */
export function squeezeExcite(plan: Plan, name: string, channels: number): Layer {
  const squeezed = squeezedWidth(channels);
  const part = (word: string, from: number, to: number) =>
    pointwiseConvolution(plan, `${name}.${word}`, from, to, plainDeviation(from));
  const squeeze = part('squeeze', channels, squeezed);
  const excite = part('excite', squeezed, channels);
  return ([x], pass) => {
    const means = tf.reshape(spaceMean(x!), [x!.shape[0]!, ...Array(plan.space).fill(1), channels]);
    return tf.mul(x!, tf.sigmoid(excite([tf.relu(squeeze([means], pass))], pass)));
  };
}
