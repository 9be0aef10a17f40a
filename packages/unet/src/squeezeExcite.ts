import { tf } from '@raremask/tfjs';
import { type Layer, type Plan, plainDeviation, pointwiseConvolution } from './layers.ts';
import { spaceAxes, spaceMean } from './spatial.ts';

/** Channels of the squeezed image: a sixteenth, in eights and at least 8, as nnU-Net has them. */
function squeezedWidth(channels: number): number {
  return Math.max(8, 8 * Math.floor((channels / 16 + 4) / 8));
}

/**
 * Squeeze and excitation (Hu et al. 2018): each channel of an image is multiplied by a gate between 0
 * and 1 that is computed from the means of all of them. Those must differ between images: right after
 * an instance normalisation every mean is its channel's shift.
 */
export function squeezeExcite(plan: Plan, name: string, channels: number): Layer {
  const squeezed = squeezedWidth(channels);
  const part = (word: string, from: number, to: number) =>
    pointwiseConvolution(plan, `${name}.${word}`, from, to, plainDeviation(from));
  const squeeze = part('squeeze', channels, squeezed);
  const excite = part('excite', squeezed, channels);
  return ([x], pass) => {
    const each = [x!.shape[0]!, ...Array<number>(plan.space).fill(1), channels];
    // In inference without a pooling as large as the image: an exported graph then takes any size.
    const means =
      pass.mode === 'infer' ? tf.mean(x!, spaceAxes(x!), true) : tf.reshape(spaceMean(x!), each);
    return tf.mul(x!, tf.sigmoid(excite([tf.relu(squeeze([means], pass))], pass)));
  };
}
