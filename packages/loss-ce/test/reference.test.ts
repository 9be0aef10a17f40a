import { describeReference, type Find } from '../../loss-dice/test/reference.ts';
import crossEntropy from '../src/index.ts';

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

const finders: Readonly<Record<string, Find>> = {
  'torch/cross_entropy': torch,
  'torch/binary_cross_entropy_with_logits': binary,
};

describeReference(import.meta.dirname, Object.keys(finders), (entry, batch) =>
  finders[`${entry.source}/${entry.loss}`]!(entry, batch),
);
