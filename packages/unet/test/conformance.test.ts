import { modelChecks } from '@raremask/conformance';
import { describe, test } from 'vitest';
import unet from '../src/index.ts';
import { countTensors } from './gradients.ts';

countTensors();

const small = { filters: 2, depth: 1 };

describe('without dropout', () => {
  const options = [
    { norm: 'batch' },
    { norm: 'batch', depth: 2, convolutions: 1, residual: true, upsampling: 'resize' },
  ].map((chosen) => ({ ...small, ...chosen }));
  const expects = { dropout: false, batchStatistics: true };
  test.each(modelChecks(unet, { options, expects }))('$name', ({ run }) => run());
});

describe('with dropout, normalised apart', () => {
  const options = [
    { norm: 'instance', activation: 'leaky-relu' },
    { norm: 'group', groups: 2, activation: 'silu', residual: true, convolutions: 1 },
    { norm: 'none', activation: 'elu', upsampling: 'resize', lastBias: 'zero' },
  ].map((chosen) => ({ ...small, dropout: 0.25, ...chosen }));
  const expects = { dropout: true, batchStatistics: false };
  test.each(modelChecks(unet, { options, expects }))('$name', ({ run }) => run());
});
