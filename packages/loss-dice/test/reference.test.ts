import crossEntropy from '../../loss-ce/src/index.ts';
import dice from '../src/index.ts';
import cldice from '../src/losses/cldice.ts';
import focalTversky from '../src/losses/focalTversky.ts';
import generalized from '../src/losses/generalized.ts';
import generalizedWasserstein from '../src/losses/generalizedWasserstein.ts';
import hausdorff from '../src/losses/hausdorff.ts';
import jaccard from '../src/losses/jaccard.ts';
import lovasz from '../src/losses/lovasz.ts';
import tversky from '../src/losses/tversky.ts';
import type { Batch } from './batch.ts';
import { type Counterpart, describeReference, type Find, type ReferenceCase } from './reference.ts';

/** Options that MONAI's overlap losses share, in our words. */
function monai({ options }: ReferenceCase, { facts }: Batch) {
  return {
    empty: 'smooth',
    pool: options.batch ? 'batch' : 'image',
    ...(!facts.overlapping && {
      background: options.include_background === false ? 'exclude' : 'include',
    }),
  };
}

/** MONAI multiplies by class weights and takes the plain mean; ours is the weighted mean. */
function monaiWeights(weight: unknown) {
  const weights = weight as number[] | undefined;
  if (weights === undefined || weights.length === 1) return { scale: 1, classWeights: {} };
  return {
    scale: weights.reduce((sum, value) => sum + value, 0) / weights.length,
    classWeights: { classWeights: weights },
  };
}

const monaiDice: Find = (entry, batch) => {
  const { options } = entry;
  const { scale, classWeights } = monaiWeights(options.weight);
  const smooth = {
    numerator: options.smooth_nr ?? 1e-5,
    denominator: options.smooth_dr ?? 1e-5,
  };
  return {
    parts: [
      {
        // Its Jaccard doubles hits and union before it smooths.
        plugin: options.jaccard ? jaccard : dice,
        options: {
          ...monai(entry, batch),
          ...classWeights,
          smooth: options.jaccard ? 1e-5 / 2 : smooth,
          denominator: options.squared_pred ? 'squared' : 'linear',
        },
        scale,
      },
    ],
  };
};

const monaiTversky: Find = (entry, batch) => ({
  parts: [
    {
      plugin: tversky,
      options: {
        ...monai(entry, batch),
        alarms: entry.options.alpha ?? 0.3,
        misses: entry.options.beta ?? 0.7,
      },
    },
  ],
});

/**
 * MONAI smooths the weighted sums by 1e-5, ours by that many pixels of each class, weighted: the
 * same with e = 1e-5 over the sum of the weights (the largest of which is 1 here). Where no class is
 * there, MONAI's weights are all 0, and so is the loss: our policy `ignore`.
 */
const monaiGeneralized: Find = (entry, batch) => {
  const { w_type: weighting, batch: pooled } = entry.options as Record<string, string>;
  const options = monai(entry, batch);
  const power = { square: 2, simple: 1, uniform: 0 }[weighting!]!;
  const parts = (region: Batch) => {
    const classes = region.facts.classes.length;
    const first = options.background === 'exclude' ? 1 : 0;
    const sizes = region.facts.classes
      .map((_, index) =>
        region.target.reduce((sum, truth, at) => sum + (at % classes === index ? truth : 0), 0),
      )
      .slice(first);
    const smallest = Math.min(...sizes.filter((size) => size > 0));
    if (!Number.isFinite(smallest) && power > 0) {
      return [{ plugin: generalized, options: { ...options, empty: 'ignore', weighting } }];
    }
    // Their weights are ours times that of the smallest class.
    const scale = Number.isFinite(smallest) ? smallest ** -power : 1;
    const weights = sizes.map((size) =>
      Number.isFinite(smallest) ? Math.max(1, (size || smallest) / smallest) ** -power : 1,
    );
    const smooth = 1e-5 / scale / weights.reduce((sum, weight) => sum + weight, 0);
    return [{ plugin: generalized, options: { ...options, weighting, smooth } }];
  };
  return { parts: pooled ? parts(batch) : parts };
};

const monaiDiceCrossEntropy: Find = (entry, batch) => {
  const { options } = entry;
  const weight = options.weight as number[] | undefined;
  const { scale, classWeights } = monaiWeights(weight);
  return {
    parts: [
      {
        plugin: dice,
        options: { ...monai(entry, batch), ...classWeights },
        scale: scale * (options.lambda_dice as number),
      },
      {
        plugin: crossEntropy,
        options: weight ? { pool: 'batch', classWeights: weight, normalize: 'weights' } : {},
        scale: options.lambda_ce as number,
      },
    ],
  };
};

const nnunetDice: Find = ({ options }): Counterpart => ({
  parts: [
    {
      plugin: dice,
      options: {
        empty: 'smooth',
        pool: options.batch_dice ? 'batch' : 'image',
        background: options.do_bg ? 'include' : 'exclude',
        smooth: options.smooth,
      },
    },
  ],
  shift: -1,
});

/** segmentation_models.pytorch pools the batch, and lets an absent class count 0 in the mean. */
function smp({ target, facts }: Batch) {
  const classes = facts.classes.map((_, index) =>
    target.some((truth, position) => truth === 1 && position % facts.classes.length === index),
  );
  return {
    options: {
      pool: 'batch',
      empty: 'ignore',
      ...(!facts.overlapping && { background: 'include' }),
    },
    scale: classes.filter(Boolean).length / classes.length,
  };
}

const smpDice: Find = ({ options }, batch) => {
  const { options: pooled, scale } = smp(batch);
  return {
    parts: [
      {
        plugin: dice,
        options: {
          ...pooled,
          // There Dice is the Tversky index of 1/2 and 1/2, whose sums are half as large.
          smooth: 2 * ((options.smooth as number | undefined) ?? 0),
          ...(options.log_loss ? { transform: 'minus-log' } : {}),
        },
        scale,
      },
    ],
  };
};

const smpJaccard: Find = (_, batch) => {
  const { options, scale } = smp(batch);
  return { parts: [{ plugin: jaccard, options: { ...options, smooth: 0 }, scale }] };
};

const smpTversky: Find = ({ options: { alpha, beta, gamma } }, batch) => {
  const { options, scale } = smp(batch);
  if (batch.facts.classes.length > 1) {
    return 'it raises the mean over classes to the power, ours is the mean of the powers (Abraham & Khan 2019)';
  }
  return {
    parts: [
      {
        plugin: focalTversky,
        options: { ...options, smooth: 0, alarms: alpha, misses: beta, exponent: gamma },
        scale,
      },
    ],
  };
};

const smpLovasz: Find = ({ options: { per_image } }, { facts, logits, target }) => ({
  // Pixels of the same truth and the same differences of logits are equally wrong.
  key: (index) => {
    const { length } = facts.classes;
    const start = index - (index % length);
    const scores = logits.slice(start, start + length);
    const base = facts.overlapping ? 0 : scores[0]!;
    const differences = scores.map((score) => (score - base).toFixed(4));
    return [index - start, ...target.slice(start, start + length), ...differences].join(' ');
  },
  parts: [
    {
      plugin: lovasz,
      options: {
        pool: per_image ? 'image' : 'batch',
        ...(facts.overlapping
          ? { errors: 'hinge', empty: 'smooth' }
          : { background: 'include', empty: 'ignore' }),
      },
    },
  ],
});

const monaiWasserstein: Find = ({ options }, { facts, weight, size }) => {
  if (weight.length > size.reduce((product, extent) => product * extent, 1)) {
    return 'hits of a sample are weighted there by the truth of all samples; a batch of one agrees';
  }
  const matrix = options.dist_matrix as number[][];
  const names = facts.classes.map(({ name }) => name);
  const volume = options.weighting_mode === 'GDL';
  return {
    parts: [
      {
        plugin: generalizedWasserstein,
        options: {
          empty: 'smooth',
          background: volume ? 'include' : 'exclude',
          weighting: volume ? 'volume' : 'uniform',
          distances: Object.fromEntries(
            names.map((from, row) => [
              from,
              Object.fromEntries(names.map((to, column) => [to, matrix[row]![column]!])),
            ]),
          ),
        },
      },
    ],
  };
};

const monaiClDice: Find = ({ options: { iter_ } }, { facts }) =>
  facts.classes.length > 2
    ? 'it sums the skeletons of all classes before the quotient, ours is the mean of the classes'
    : {
        parts: [
          {
            plugin: cldice,
            options: { pool: 'batch', empty: 'smooth', smooth: 1, iterations: iter_ },
          },
        ],
      };

const monaiHausdorff: Find = ({ options: { alpha } }) => ({
  parts: [{ plugin: hausdorff, options: { empty: 'smooth', exponent: alpha } }],
});

const finders: Readonly<Record<string, Find>> = {
  'monai/DiceLoss': monaiDice,
  'monai/TverskyLoss': monaiTversky,
  'monai/GeneralizedDiceLoss': monaiGeneralized,
  'monai/DiceCELoss': monaiDiceCrossEntropy,
  'monai/GeneralizedWassersteinDiceLoss': monaiWasserstein,
  'monai/SoftclDiceLoss': monaiClDice,
  'monai/HausdorffDTLoss': monaiHausdorff,
  'nnunet/MemoryEfficientSoftDiceLoss': nnunetDice,
  'smp/DiceLoss': smpDice,
  'smp/JaccardLoss': smpJaccard,
  'smp/TverskyLoss': smpTversky,
  'smp/LovaszLoss': smpLovasz,
};

describeReference(import.meta.dirname, Object.keys(finders), (entry, batch) =>
  finders[`${entry.source}/${entry.loss}`]!(entry, batch),
);
