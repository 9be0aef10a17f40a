import type { Choices, Subject, Written } from '../../loss-dice/test/options.ts';
import focal from '../src/focal.ts';
import crossEntropy from '../src/index.ts';
import ohem from '../src/ohem.ts';
import topK from '../src/topK.ts';

const shared: Choices = {
  pool: ['image', 'batch'],
  normalize: [undefined, 'pixels', 'weights'],
  classWeights: [undefined, { a: 3 }, 'inverse', 'median-frequency', 'effective-number'],
};

/** Every loss of the package, with the options that the laws are tried on. */
export const subjects: readonly Subject[] = [
  { plugin: crossEntropy, effective, choices: { ...shared, labelSmoothing: [0, 0.1] } },
  { plugin: focal, effective, choices: { ...shared, gamma: [0, 0.5, 2, 3] } },
  { plugin: topK, effective, kinks: true, choices: { ...shared, share: [0.1, 0.5, 1] } },
  {
    plugin: ohem,
    effective,
    kinks: true,
    choices: { ...shared, certain: [0.7, 0.2], atLeast: [0, 0.1, 1] },
  },
];

function effective({ normalize, ...rest }: Written): Written {
  return { ...rest, ...(normalize && rest.classWeights ? { normalize } : {}) };
}
