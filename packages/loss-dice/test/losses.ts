import type { Facts } from '@raremask/core';
import dice from '../src/index.ts';
import type { Choices, Subject, Written } from './options.ts';

const shared: Choices = {
  pool: ['image', 'batch'],
  smooth: [0, 1e-5, 1, { numerator: 0, denominator: 1e-5 }, 'structure'],
  empty: ['smooth', 'ignore', 'cross-entropy', 'mean-probability', 'background'],
  multiplicity: [undefined, { a: 10 }],
  background: [undefined, 'include'],
  classWeights: [undefined, { a: 3 }],
};

/** Every loss of the package, with the options that the laws are tried on. */
export const subjects: readonly Subject[] = [
  {
    plugin: dice,
    effective,
    choices: {
      ...shared,
      denominator: ['linear', 'squared'],
      transform: ['one-minus', 'minus-log'],
    },
  },
];

function effective({ background, classWeights, ...rest }: Written, facts: Facts): Written {
  const takingPart = facts.classes.length - +(!facts.overlapping && background !== 'include');
  return {
    ...rest,
    ...(background !== undefined && !facts.overlapping && { background }),
    ...(classWeights !== undefined && takingPart > 1 && { classWeights }),
  };
}
