import type { Facts } from '@raremask/core';
import dice from '../src/index.ts';
import blob from '../src/losses/blob.ts';
import boundary from '../src/losses/boundary.ts';
import cldice from '../src/losses/cldice.ts';
import dicePlusPlus from '../src/losses/dicePlusPlus.ts';
import focalTversky from '../src/losses/focalTversky.ts';
import generalized from '../src/losses/generalized.ts';
import generalizedWasserstein from '../src/losses/generalizedWasserstein.ts';
import hausdorff from '../src/losses/hausdorff.ts';
import jaccard from '../src/losses/jaccard.ts';
import logCosh from '../src/losses/logCosh.ts';
import lovasz from '../src/losses/lovasz.ts';
import tversky from '../src/losses/tversky.ts';
import unifiedFocal from '../src/losses/unifiedFocal.ts';
import type { Choices, Subject, Written } from './options.ts';

const shared: Choices = {
  pool: ['image', 'batch'],
  smooth: [0, 1e-5, 1, { numerator: 0, denominator: 1e-5 }, 'structure'],
  empty: ['smooth', 'ignore', 'cross-entropy', 'mean-probability', 'background'],
  clip: [undefined, undefined, 0.9],
  multiplicity: [undefined, { a: 10 }],
  background: [undefined, 'include'],
  classWeights: [undefined, { a: 3 }],
};

const { smooth: _, ...unsmoothed } = shared;
const denominator = ['linear', 'squared'];
const transform = ['one-minus', 'minus-log'];
const tverskyWeights = { alarms: [0.3, 0, 1], misses: [0.7, 1] };

/** Every loss of the package, with the options that the laws are tried on. */
export const subjects: readonly Subject[] = [
  { plugin: dice, effective, choices: { ...shared, denominator, transform } },
  { plugin: jaccard, effective, choices: { ...shared, denominator, transform } },
  { plugin: tversky, effective, choices: { ...shared, ...tverskyWeights, transform } },
  {
    plugin: focalTversky,
    effective,
    choices: { ...shared, ...tverskyWeights, exponent: [0.5, 0.75, 1, 2] },
  },
  { plugin: logCosh, effective, choices: { ...shared, denominator } },
  {
    plugin: generalized,
    effective,
    choices: { ...shared, weighting: ['square', 'simple', 'uniform'] },
  },
  {
    plugin: lovasz,
    effective: hinged,
    kinks: true,
    choices: { ...unsmoothed, errors: ['probability', 'hinge'] },
  },
  {
    plugin: generalizedWasserstein,
    kind: 'exclusive',
    effective,
    choices: {
      ...shared,
      distances: [undefined, { a: { background: 0.5 } }],
      weighting: ['uniform', 'volume'],
    },
  },
  { plugin: dicePlusPlus, effective, choices: { ...shared, gamma: [0.5, 1, 2, 3] } },
  {
    plugin: unifiedFocal,
    effective,
    choices: {
      ...shared,
      symmetry: ['symmetric', 'asymmetric'],
      delta: [0.6, 0, 1],
      gamma: [0, 0.5, 0.9],
      pixels: [0, 0.5, 1],
    },
  },
  {
    plugin: cldice,
    effective,
    kinks: true,
    spatial: true,
    choices: { ...shared, iterations: [1, 3] },
  },
  {
    plugin: hausdorff,
    effective,
    kinks: true,
    spatial: true,
    choices: { ...unsmoothed, reach: [1, 20], exponent: [1, 2] },
  },
  {
    plugin: boundary,
    effective,
    spatial: true,
    choices: { ...unsmoothed, reach: [1, 20] },
  },
  {
    plugin: blob,
    effective,
    spatial: true,
    choices: { ...shared, share: [0.3, 1], structures: [1, 4], reach: [1, 32] },
  },
];

function hinged({ errors, ...rest }: Written, facts: Facts): Written {
  return effective(errors === 'hinge' && !facts.overlapping ? rest : { ...rest, errors }, facts);
}

function effective({ background, classWeights, ...rest }: Written, facts: Facts): Written {
  const takingPart = facts.classes.length - +(!facts.overlapping && background !== 'include');
  return {
    ...rest,
    ...(background !== undefined && !facts.overlapping && { background }),
    ...(classWeights !== undefined && takingPart > 1 && { classWeights }),
  };
}
