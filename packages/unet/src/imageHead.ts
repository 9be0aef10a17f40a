import type { ImageOutput } from '@raremask/core';
import { tf } from '@raremask/tfjs';
import { type Plan, plainDeviation, pointwiseConvolution } from './layers.ts';
import type { Pass } from './parameterList.ts';
import { spaceAxes } from './spatial.ts';

/**
 * Whether an image has any structure: a 1x1 convolution of the lowest level to one number, of which the
 * largest over all places counts (the classification-guided module of Huang et al. 2020, UNet 3+). An
 * image seen in windows then says the same as their largest, and a small structure in a large image
 * counts as much as in a small one, which a mean over space would not give. Undefined where the options
 * have no such head.
 *
 * @param channels of the lowest level
 */
export function imageHead(
  plan: Plan,
  channels: number,
): ((lowest: tf.Tensor, pass: Pass) => ImageOutput) | undefined {
  const { imageHead: weight } = plan.options;
  if (weight === undefined) return undefined;
  const judge = pointwiseConvolution(plan, 'imageHead', channels, 1, plainDeviation(channels));
  return (lowest, pass) => ({
    logits: tf.max(judge([lowest], pass), spaceAxes(lowest)),
    weight,
  });
}
