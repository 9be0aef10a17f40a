import { tf } from '@raremask/tfjs';
import {
  heDeviation,
  type Layer,
  type Plan,
  plainDeviation,
  pointwiseConvolution,
} from './layers.ts';

/**
 * An attention gate (Oktay et al. 2018): every pixel of a skip connection is multiplied by a number
 * between 0 and 1, sigmoid(psi relu(w skip + v decoded + b) + c), in which what the decoder knows
 * from the coarser levels takes part. The paper computes it on the coarser grid and interpolates; here
 * the decoder's image has been brought to the finer one before, so that nothing is interpolated.
 *
 * @param channels of either image; half as many lie between the two convolutions
 * @returns a layer of [decoded, skip] that gives the gated skip
 */
export function attentionGate(
  plan: Plan,
  name: string,
  channels: { readonly decoded: number; readonly skip: number },
): Layer {
  const joint = channels.decoded + channels.skip;
  const between = Math.max(1, Math.floor(channels.skip / 2));
  const both = pointwiseConvolution(plan, `${name}.both`, joint, between, heDeviation(joint));
  const gate = pointwiseConvolution(plan, `${name}.gate`, between, 1, plainDeviation(between));
  return (inputs, pass) =>
    tf.mul(inputs[1]!, tf.sigmoid(gate([tf.relu(both(inputs, pass))], pass)));
}
