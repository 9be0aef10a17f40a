import { type Counterpart, describeReference, type Find } from '../../loss-dice/test/reference.ts';
import focal from '../src/focal.ts';
import crossEntropy from '../src/index.ts';
import topK from '../src/topK.ts';

const torch: Find = ({ options }) => {
  const weight = options.weight;
  const ignored = options.ignore_index;
  return {
    parts: [
      {
        plugin: crossEntropy,
        options: {
          pool: 'batch',
          labelSmoothing: options.label_smoothing ?? 0,
          ...(weight !== undefined && { classWeights: weight, normalize: 'weights' }),
        },
      },
    ],
    ...(ignored !== undefined && { ignored: (label: number) => label === ignored }),
  };
};

const binary: Find = ({ options }) => ({
  parts: [{ plugin: crossEntropy, options: { classWeights: [options.pos_weight] } }],
});

/** The mean is over pixels and classes there, over pixels here. */
const monaiFocal: Find = ({ options }, { facts }) => {
  if (facts.overlapping) return binaryFocal(options.alpha as number, options.gamma as number);
  if (options.include_background === false) {
    return 'it takes the softmax over the classes that are left, which makes one class constant';
  }
  return {
    parts: [{ plugin: focal, options: { gamma: options.gamma }, scale: 1 / facts.classes.length }],
  };
};

/** Alpha for yes and 1 - alpha for no is alpha/(1 - alpha) for yes, times 1 - alpha. */
function binaryFocal(alpha: number, gamma: number): Counterpart {
  return {
    parts: [
      {
        plugin: focal,
        options: { gamma, classWeights: [alpha / (1 - alpha)] },
        scale: 1 - alpha,
      },
    ],
  };
}

const smpFocal: Find = ({ options }) =>
  binaryFocal(options.alpha as number, options.gamma as number);

/** nnU-Net keeps a whole number of the batch's pixels. */
const nnunetTopK: Find = ({ options }, { weight }) => ({
  parts: [
    {
      plugin: topK,
      options: {
        pool: 'batch',
        share: Math.floor((weight.length * (options.k as number)) / 100) / weight.length,
      },
    },
  ],
});

const finders: Readonly<Record<string, Find>> = {
  'torch/cross_entropy': torch,
  'torch/binary_cross_entropy_with_logits': binary,
  'monai/FocalLoss': monaiFocal,
  'smp/FocalLoss': smpFocal,
  'nnunet/TopKLoss': nnunetTopK,
};

describeReference(import.meta.dirname, Object.keys(finders), (entry, batch) =>
  finders[`${entry.source}/${entry.loss}`]!(entry, batch),
);
