import type { Facts, ForwardCall, Model, Outputs, RandomStream } from '@raremask/core';
import type { Tensor } from '@tensorflow/tfjs';
import { unfitSize } from './errors.ts';
import { block, dropout, head, type Plan, upsampling } from './layers.ts';
import { levelWidths, type UnetOptions } from './options.ts';
import { ParameterList, type Pass } from './parameterList.ts';
import { poolingFactors } from './poolingFactors.ts';
import { pool } from './spatial.ts';

/**
 * A U-Net (Ronneberger et al. 2015; in 3-D, Cicek et al. 2016) with padded convolutions, so that the
 * logits have the extent of the images.
 *
 * @param bias first bias of the last convolution, one number a class
 */
export function unet(
  options: UnetOptions,
  facts: Facts,
  random: RandomStream,
  bias: readonly number[],
): Model {
  const { depth } = options;
  const widths = levelWidths(options);
  const parameters = new ParameterList(random);
  const factors = poolingFactors(options, facts);
  const plan: Plan = { parameters, options, space: facts.space };
  const encoder = widths
    .slice(0, depth)
    .map((channels, level) =>
      block(plan, `encoder.${level}`, level === 0 ? facts.channels : widths[level - 1]!, channels),
    );
  const bottom = block(plan, 'bottom', widths[depth - 1]!, widths[depth]!);
  const decoder = Array.from({ length: depth }, (_, index) => depth - 1 - index).map((level) => ({
    up: upsampling(
      plan,
      `decoder.${level}.upsampling`,
      widths[level + 1]!,
      widths[level]!,
      factors[level]!,
    ),
    merge: block(plan, `decoder.${level}`, 2 * widths[level]!, widths[level]!),
  }));
  const last = head(plan, widths[0]!, bias);
  const multipleOf = Array.from({ length: facts.space }, (_, axis) =>
    factors.reduce((product, level) => product * level[axis]!, 1),
  );

  return {
    weights: parameters.weights,
    buffers: parameters.buffers,
    multipleOf,
    forward(call: ForwardCall): Outputs {
      requireSize(call.images, multipleOf);
      const pass: Pass = { ...call, uniform: (shape) => call.uniform(shape), renewed: [] };
      const skips: Tensor[] = [];
      let x = call.images;
      for (const [index, layer] of encoder.entries()) {
        const level = layer([x], pass);
        skips.push(level);
        x = pool(level, factors[index]!);
      }
      x = dropout(bottom([x], pass), options.dropout, pass);
      for (const { up, merge } of decoder) x = merge([up([x], pass), skips.pop()!], pass);
      const logits = last([x], pass);
      return call.mode === 'train' ? { logits, buffers: pass.renewed } : { logits };
    },
  };
}

function requireSize(images: Tensor, multipleOf: readonly number[]): void {
  const size = images.shape.slice(1, -1);
  if (size.some((extent, axis) => extent === 0 || extent % multipleOf[axis]! !== 0)) {
    throw unfitSize(size, multipleOf);
  }
}
