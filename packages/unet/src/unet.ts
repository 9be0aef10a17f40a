import type {
  AuxiliaryOutput,
  Facts,
  ForwardCall,
  Model,
  Outputs,
  RandomStream,
} from '@raremask/core';
import type { Tensor } from '@tensorflow/tfjs';
import { attentionGate } from './attentionGate.ts';
import { block } from './block.ts';
import { encoder } from './encoder.ts';
import { unfitSize } from './errors.ts';
import { imageHead } from './imageHead.ts';
import { dropout, head, type Layer, type Plan, patchHead, upsampling } from './layers.ts';
import { levelWidths, type UnetOptions } from './options.ts';
import { ParameterList, type Pass } from './parameterList.ts';
import { patchFactors, poolingFactors } from './poolingFactors.ts';
import { type Factors, spaceToDepth } from './spatial.ts';

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
  const patch = patchFactors(options, facts);
  const factors = poolingFactors(options, facts, patch);
  const plan: Plan = { parameters, options, space: facts.space };
  const encode = encoder(
    plan,
    patch.reduce((channels, factor) => channels * factor, facts.channels),
    factors,
  );
  const decoder = Array.from({ length: depth }, (_, index) => depth - 1 - index).map((level) =>
    decoderLevel(plan, level, {
      coarser: level === depth - 1 ? encode.widths[depth]! : widths[level + 1]!,
      skip: encode.widths[level]!,
      width: widths[level]!,
      factors: factors[level]!,
    }),
  );
  const last = patch.some((factor) => factor > 1)
    ? patchHead(plan, 'head', widths[0]!, bias, patch)
    : head(plan, 'head', widths[0]!, bias);
  const heads = auxiliaryHeads(plan, widths, bias);
  const judge = imageHead(plan, encode.widths[depth]!);
  const multipleOf = Array.from({ length: facts.space }, (_, axis) =>
    factors.reduce((product, level) => product * level[axis]!, patch[axis]!),
  );

  return {
    weights: parameters.weights,
    buffers: parameters.buffers,
    multipleOf,
    ...(judge && { judgesImages: true }),
    ...(options.syncBatchNorm && parameters.buffers.length > 0 && { joinsProcesses: true }),
    forward(call: ForwardCall): Outputs {
      requireSize(call.images, multipleOf);
      const pass: Pass = {
        ...call,
        uniform: (shape) => call.uniform(shape),
        processes: options.syncBatchNorm ? call.processes : undefined,
        renewed: [],
      };
      const skips = encode.run(spaceToDepth(call.images, patch), pass);
      let x = dropout(skips.pop()!, options.dropout, pass);
      const image = judge?.(x, pass);
      const auxiliary: AuxiliaryOutput[] = [];
      for (const decode of decoder) {
        const skip = skips.pop();
        x = decode(skip ? [x, skip] : [x], pass);
        const own = call.mode === 'train' ? heads.get(skips.length) : undefined;
        if (own) auxiliary.push({ logits: own([x], pass), weight: 2 ** -skips.length });
      }
      const logits = last([x], pass);
      if (call.mode === 'infer') return { logits, ...(image && { image }) };
      return {
        logits,
        buffers: pass.renewed,
        ...(heads.size > 0 && { auxiliary }),
        ...(image && { image }),
      };
    },
  };
}

/**
 * Deep supervision (Lee et al. 2015, as nnU-Net has it: Isensee et al. 2021): logits of every level of
 * the decoder but the finest, which has the head, and the lowest.
 */
function auxiliaryHeads(
  plan: Plan,
  widths: readonly number[],
  bias: readonly number[],
): ReadonlyMap<number, Layer> {
  const { deepSupervision, depth } = plan.options;
  if (!deepSupervision) return new Map();
  const levels = Array.from({ length: depth - 2 }, (_, index) => index + 1);
  return new Map(
    levels.map((level) => [level, head(plan, `auxiliary.${level}`, widths[level]!, bias)]),
  );
}

/** A level of the decoder: channels of the coarser image, of the skip (0: none) and of the result. */
interface DecoderLevel {
  readonly coarser: number;
  readonly skip: number;
  readonly width: number;
  readonly factors: Factors;
}

/** A layer of [coarser image, skip]: the image is made finer and merged with the skip. */
function decoderLevel(plan: Plan, level: number, of: DecoderLevel): Layer {
  const name = `decoder.${level}`;
  const { coarser, skip: skipped, width, factors } = of;
  const up = upsampling(plan, `${name}.upsampling`, coarser, width, factors);
  const decodedWidth = plan.options.upsampling === 'nearest' ? coarser : width;
  const gate =
    plan.options.attention && skipped > 0
      ? attentionGate(plan, `${name}.attention`, { decoded: decodedWidth, skip: skipped })
      : undefined;
  const merge = block(plan, name, decodedWidth + skipped, width);
  return ([x, skip], pass) => {
    const decoded = up([x!], pass);
    if (skip === undefined) return merge([decoded], pass);
    return merge([decoded, gate ? gate([decoded, skip], pass) : skip], pass);
  };
}

function requireSize(images: Tensor, multipleOf: readonly number[]): void {
  const size = images.shape.slice(1, -1);
  if (size.some((extent, axis) => extent === 0 || extent % multipleOf[axis]! !== 0)) {
    throw unfitSize(size, multipleOf);
  }
}
