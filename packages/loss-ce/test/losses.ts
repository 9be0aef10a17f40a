import type { Choices, Subject, Written } from '../../loss-dice/test/options.ts';
import crossEntropy from '../src/index.ts';

const shared: Choices = {
  pool: ['image', 'batch'],
  normalize: [undefined, 'pixels', 'weights'],
  classWeights: [undefined, { a: 3 }, 'inverse', 'median-frequency', 'effective-number'],
};

/** Every loss of the package, with the options that the laws are tried on. */
export const subjects: readonly Subject[] = [
  {
    plugin: crossEntropy,
    effective,
    choices: { ...shared, labelSmoothing: [0, 0.1] },
  },
];

function effective({ normalize, ...rest }: Written): Written {
  return { ...rest, ...(normalize && rest.classWeights ? { normalize } : {}) };
}
