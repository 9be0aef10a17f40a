import { defineLoss, facts, isRaremaskError, RaremaskError } from '@raremask/core';
import * as tf from '@tensorflow/tfjs';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { ConformanceError, lossChecks, runChecks } from '../src/index.ts';
import { task } from '../src/trial/tasks.ts';
import {
  faultyLosses,
  freeLeaked,
  right as rightLoss,
  sound,
  soundTversky,
  swappedTversky,
} from './faultyLosses.ts';

let before = 0;
beforeAll(async () => {
  await tf.setBackend('cpu');
  before = tf.memory().numTensors;
});
afterEach(freeLeaked);
afterAll(() => {
  expect(tf.memory().numTensors).toBe(before);
});

describe('a sound loss', () => {
  test.each(lossChecks(sound))('$name', ({ run }) => run());
});

describe('a sound loss with options', () => {
  const expects = { missCostsMore: true, alarmOption: 'alpha', missOption: 'beta' };
  test.each(lossChecks(soundTversky, { options: [{}, { alpha: 0.1, beta: 0.6 }], expects }))(
    '$name',
    ({ run }) => run(),
  );
});

describe('a loss that sees neighbourhoods', () => {
  test.each(lossChecks(sound, { local: false, facts: task('exclusive', 3, 3) }))(
    '$name',
    ({ run }) => run(),
  );
});

describe('a loss that keeps a constant from its first call', () => {
  let kept: tf.Tensor | undefined;
  afterAll(() => kept?.dispose());
  const constant = defineLoss({
    name: 'constant',
    api: 1,
    needs: { facts },
    create: (_, services) => (input) => {
      kept ??= tf.keep(tf.scalar(2));
      return tf.mul(rightLoss(input, services.facts), kept) as tf.Tensor1D;
    },
  });
  test.each(lossChecks(constant))('$name', ({ run }) => run());
});

describe('a loss that refuses volumes when it sees one', () => {
  const flat = defineLoss({
    name: 'flat',
    api: 1,
    needs: { facts },
    create: (_, services) => (input) => {
      if (input.logits.rank > 4) {
        throw new RaremaskError({
          code: 'RAREMASK_FLAT_ONLY',
          category: 'data',
          where: 'flat',
          what: 'this loss is for images',
        });
      }
      return rightLoss(input, services.facts);
    },
  });
  test.each(lossChecks(flat))('$name', ({ run }) => run());
});

test('one fault is one finding', async () => {
  const throws = defineLoss({
    name: 'throws',
    api: 1,
    create: () => () => {
      throw new Error('no such thing');
    },
  });
  const results = await runChecks(lossChecks(throws));
  const failed = results.filter(({ error }) => error !== undefined);
  expect(failed.map(({ error }) => error?.message)).toEqual([
    expect.stringMatching(/the loss, or its gradient, throws.*no such thing/),
  ]);
  // Those that meet the same have not passed.
  const alike = results.filter(({ reportedBy }) => reportedBy === failed[0]?.name);
  expect(alike.length).toBeGreaterThan(10);
});

test('a loss for images alone, which takes volumes for something else, is one finding', async () => {
  const flat = defineLoss({
    name: 'flat',
    api: 1,
    create:
      () =>
      ({ probabilities, target, weight }) =>
        tf.div(
          tf.sum(tf.mul(tf.squaredDifference(probabilities, target), weight), [1, 2, 3]),
          tf.maximum(tf.sum(weight, [1, 2, 3]), 1e-6),
        ) as tf.Tensor1D,
  });
  const results = await runChecks(lossChecks(flat));
  const failed = results.filter(({ error }) => error !== undefined);
  expect(failed.map(({ error }) => error?.message)).toEqual([
    expect.stringMatching(/3-D.*which gives float32 \[3, \d\]: the loss has a wrong shape/),
  ]);
});

describe('refuses a loss that', () => {
  test.each(Object.entries(faultyLosses))('%s', async (_, { plugin, check, says }) => {
    const found = lossChecks(plugin).find(({ name }) => name === check);
    const [result] = await runChecks([found!]);
    expect(result?.error).toBeInstanceOf(ConformanceError);
    expect(isRaremaskError(result?.error)).toBe(true);
    expect(result?.error?.message).toMatch(says);
    expect(result?.error?.message).toMatch(/faulty.*Do this: /s);
  });
});

describe('alpha and beta that have changed places', () => {
  test('are found by what costs more', async () => {
    const results = await runChecks(
      lossChecks(swappedTversky, { expects: { missCostsMore: true } }),
    );
    const [failed, ...others] = results.filter(({ error }) => error !== undefined);
    expect(others).toEqual([]);
    expect(failed?.name).toBe('makes missed pixels cost more');
    expect(failed?.error?.message).toMatch(/missed pixels do not cost more.*alpha and beta/);
  });

  test('are found by what an option weighs, however alike they are', async () => {
    const results = await runChecks(
      lossChecks(swappedTversky, {
        options: [{ alpha: 0.5, beta: 0.5 }],
        expects: { alarmOption: 'alpha', missOption: 'beta' },
      }),
    );
    const failed = results.filter(({ error }) => error !== undefined);
    expect(failed.map(({ name }) => name)).toEqual([
      'lets the option alpha weigh false alarms',
      'lets the option beta weigh missed pixels',
    ]);
    expect(failed[0]?.error?.message).toMatch(/the option alpha does not weigh false alarms/);
  });
});

test('options that the schema refuses are reported with the complaint', async () => {
  const [result] = await runChecks(
    lossChecks(soundTversky, { options: [{ gamma: 2 }] }).filter(
      ({ name }) => name === 'keeps no tensor',
    ),
  );
  expect(result?.error?.message).toMatch(/the schema refuses the options.*gamma/);
});
