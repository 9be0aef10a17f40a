import { optimizerChecks } from '@raremask/conformance';
import type { OptimizerPlugin } from '@raremask/core';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, test } from 'vitest';
import adam from '../src/adam.ts';
import adamw from '../src/adamw.ts';
import lion from '../src/lion.ts';
import sgd from '../src/sgd.ts';

beforeAll(() => tf.setBackend('cpu'));

const all: readonly (readonly [OptimizerPlugin, readonly unknown[]])[] = [
  [adam, [{}, { beta1: 0.5 }]],
  [adamw, [{}, { weightDecay: 0.1 }]],
  [lion, [{}, { weightDecay: 0.1 }]],
  [sgd, [{}, { momentum: 0, nesterov: false }, { weightDecay: 0.1 }]],
];

describe.each(all)('$name', (plugin, options) => {
  test.each(optimizerChecks(plugin, { options }))('$name', ({ run }) => run());
});
