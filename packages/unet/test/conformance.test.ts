import { modelChecks } from '@raremask/conformance';
import { describe, test } from 'vitest';
import { further } from '../../../test/further.ts';
import unet from '../src/index.ts';
import { countTensors } from './gradients.ts';
import { FACTS } from './network.ts';

countTensors();

const small = { filters: 2, depth: 1 };

describe('normalised together, without dropout', () => {
  const options = [
    small,
    ...further('residual blocks that are resized', [
      { ...small, convolutions: 1, residual: true, upsampling: 'resize' },
    ]),
  ];
  const expects = { dropout: false, batchStatistics: true };
  test.each(modelChecks(unet, { options, expects }))('$name', ({ run }) => run());
});

describe('normalised apart, with dropout', () => {
  const options = [
    { norm: 'group', groups: 2, activation: 'silu', residual: true, convolutions: 1 },
    ...further('instance norm, and none', [
      { norm: 'instance', activation: 'leaky-relu' },
      { norm: 'none', activation: 'elu', upsampling: 'resize', lastBias: 'zero' },
    ]),
  ].map((chosen) => ({ ...small, dropout: 0.25, ...chosen }));
  const expects = { dropout: true, batchStatistics: false };
  test.each(modelChecks(unet, { options, expects }))('$name', ({ run }) => run());
});

describe('two levels', () => {
  const options = [{ filters: 2, depth: 2, maxFilters: 4 }];
  test.each(modelChecks(unet, { options, facts: FACTS }))('$name', ({ run }) => run());
});

const residual = { ...small, blocks: 'residual', blocksPerLevel: 1, convolutions: 1 };
describe.each([
  ...further('residual levels, attention and excitation, together and apart', [
    { ...residual, norm: 'group', groups: 2, squeezeExcite: true, attention: true },
    residual,
    { ...small, attention: true },
    { ...small, squeezeExcite: true, convolutions: 1 },
  ]),
])('%o', (options) => {
  test.each(modelChecks(unet, { options: [options] }))('$name', ({ run }) => run());
});

describe('deep supervision', () => {
  const options = [{ filters: 2, depth: 3, maxFilters: 4, deepSupervision: true, convolutions: 1 }];
  const facts = { ...FACTS, space: 3 as const };
  for (const one of [FACTS, ...further('deep supervision, 3-D', [facts])]) {
    test.each(modelChecks(unet, { options, facts: one }))(`$name, ${one.space}-D`, ({ run }) =>
      run(),
    );
  }
});

describe('pixels taken together', () => {
  const options = [{ ...small, patch: 2, convolutions: 1 }];
  const volumes = { ...FACTS, space: 3 as const };
  for (const facts of [FACTS, ...further('pixels taken together, 3-D', [volumes])]) {
    test.each(modelChecks(unet, { options, facts }))(`$name, ${facts.space}-D`, ({ run }) => run());
  }
});

describe('an image head', () => {
  const options = [{ ...small, imageHead: 0.5, convolutions: 1 }];
  const volumes = { ...FACTS, space: 3 as const };
  for (const facts of [FACTS, ...further('an image head, 3-D', [volumes])]) {
    test.each(modelChecks(unet, { options, facts }))(`$name, ${facts.space}-D`, ({ run }) => run());
  }
});

for (const encoder of further('published encoders', ['efficientnet-lite0', 'resnet18'])) {
  describe(encoder, () => {
    const options = [{ encoder, depth: 2, filters: 2, convolutions: 1 }];
    test.each(modelChecks(unet, { options, facts: FACTS }))('$name', ({ run }) => run());
  });
}
