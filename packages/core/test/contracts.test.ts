import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, expectTypeOf, test } from 'vitest';
import { z } from 'zod';
import type { LoadedPlugin } from '../src/host/index.ts';
import { createHost } from '../src/host/index.ts';
import {
  API,
  type Census,
  census,
  type Dataset,
  defineDataset,
  defineLoss,
  defineModel,
  defineSampler,
  type Facts,
  facts,
  firstForeground,
  type Loss,
  type Model,
  rng,
  type Sampler,
  token,
} from '../src/index.ts';
import { lossInput } from '../src/loss/lossInput.ts';
import type { LoadedPlugins, Manifest } from '../src/manifest/index.ts';

const EXCLUSIVE = { overlapping: false };
const OVERLAPPING = { overlapping: true };

let tensorsBefore = 0;
beforeAll(async () => {
  await tf.setBackend('cpu');
  tensorsBefore = tf.memory().numTensors;
});
afterAll(() => {
  expect(tf.memory().numTensors).toBe(tensorsBefore);
});

describe('types', () => {
  test('hold the api number to the one of the contracts', () => {
    defineLoss({ name: 'x', api: API, create: () => () => tf.scalar(0) });
    const plugin = defineLoss({
      name: 'x',
      // @ts-expect-error there are no contracts of this number
      api: 2,
      create: () => () => tf.scalar(0),
    });
    expect(plugin.api).toBe(2);
  });

  test('know what create gets: checked options, and the services that it needs', () => {
    defineSampler({
      name: 'x',
      api: 1,
      options: z.strictObject({
        share: z.number().default(0.5),
        size: z.string().transform((text) => text.length),
      }),
      needs: { facts, census, rng },
      create(options, services) {
        expectTypeOf(options).toEqualTypeOf<{ share: number; size: number }>();
        expectTypeOf(services.facts).toEqualTypeOf<Facts>();
        expectTypeOf(services.census).toEqualTypeOf<() => Promise<Census>>();
        // @ts-expect-error log is not among the needs
        services.log;
        return { batches: () => [] };
      },
    });
  });

  test('know what create returns', () => {
    // @ts-expect-error a loss is a function
    defineLoss({ name: 'x', api: 1, create: () => 3 });
    // @ts-expect-error a sampler has batches
    defineSampler({ name: 'x', api: 1, create: () => ({}) });
    // @ts-expect-error a model has a forward
    defineModel({ name: 'x', api: 1, create: () => ({ weights: [], buffers: [] }) });
    // @ts-expect-error a data set has facts
    defineDataset({ name: 'x', api: 1, create: () => ({ ids: [] }) });
    expect(true).toBe(true);
  });

  test('know what a made plugin is, by its kind', () => {
    const run = createHost().run({ seed: 0 });
    expectTypeOf(run.make<'loss'>).returns.resolves.toEqualTypeOf<Loss>();
    expectTypeOf(run.make<'sampler'>).returns.resolves.toEqualTypeOf<Sampler>();
    expectTypeOf(run.make<'model'>).returns.resolves.toEqualTypeOf<Model>();
    expectTypeOf(run.make<'dataset'>).returns.resolves.toEqualTypeOf<Dataset>();
    expectTypeOf<LoadedPlugin<'loss'>['kind']>().toEqualTypeOf<'loss'>();
    const number = token<number>('number');
    run.provide(number, () => 1);
    // @ts-expect-error the token stands for a number
    run.provide(number, () => 'one', { replace: true });
    expect(number.key).toBe(Symbol.for('raremask/number'));
  });

  test('know a manifest with its defaults filled in', () => {
    expectTypeOf<Manifest['train']['optimizer']['learningRate']>().toEqualTypeOf<number>();
    expectTypeOf<Manifest['train']['clip']>().toEqualTypeOf<number | null>();
    expectTypeOf<Manifest['train']['workers']>().toEqualTypeOf<number | 'auto'>();
    expectTypeOf<LoadedPlugins['schedule']>().toEqualTypeOf<LoadedPlugin<'schedule'>>();
    expectTypeOf<LoadedPlugins['losses']>().toEqualTypeOf<readonly LoadedPlugin<'loss'>[]>();
    expect(true).toBe(true);
  });
});

describe('a plugin', () => {
  test('is frozen data with its kind', () => {
    const loss = defineLoss({ name: 'x', api: 1, create: () => () => tf.scalar(0) });
    expect(Object.isFrozen(loss)).toBe(true);
    expect(loss.kind).toBe('loss');
  });

  test('may say that it pools its batch', () => {
    const loss = defineLoss({
      name: 'x',
      api: 1,
      options: z.strictObject({ pool: z.enum(['image', 'batch']).default('image') }),
      poolsBatch: ({ pool }) => pool === 'batch',
      create: () => () => tf.scalar(0),
    });
    expect(loss.poolsBatch?.({ pool: 'batch' })).toBe(true);
    expect(loss.poolsBatch?.({ pool: 'image' })).toBe(false);
  });
});

test('tokens of the same name are the same token, in any copy of core', () => {
  expect(token('facts').key).toBe(facts.key);
  expect(token('facts').key).not.toBe(token('fact').key);
});

test('the first foreground class comes after the background, where there is one', () => {
  const base = { space: 2, channels: 1, classes: [] } as const;
  expect(firstForeground({ ...base, ...EXCLUSIVE })).toBe(1);
  expect(firstForeground({ ...base, ...OVERLAPPING })).toBe(0);
});

describe('lossInput', () => {
  const values = (facts: typeof EXCLUSIVE, logits: number[]) =>
    tf.tidy(() => {
      const shape = [1, 1, 1, logits.length];
      const input = lossInput(
        facts,
        tf.tensor(logits, shape),
        tf.zeros(shape),
        tf.ones([1, 1, 1, 1]),
      );
      return [[...input.probabilities.dataSync()], [...input.logProbabilities.dataSync()]] as const;
    });

  test('has softmax probabilities of exclusive classes', () => {
    const [probabilities, logarithms] = values(EXCLUSIVE, [0, Math.log(3)]);
    // 1 : 3
    expect(probabilities[0]).toBeCloseTo(1 / 4, 6);
    expect(probabilities[1]).toBeCloseTo(3 / 4, 6);
    expect(logarithms[0]).toBeCloseTo(Math.log(1 / 4), 6);
  });

  test('has sigmoid probabilities of overlapping classes', () => {
    const [probabilities] = values(OVERLAPPING, [0, Math.log(3)]);
    expect(probabilities[0]).toBeCloseTo(1 / 2, 6);
    expect(probabilities[1]).toBeCloseTo(3 / 4, 6);
  });

  test.each([EXCLUSIVE, OVERLAPPING])('stays finite for logits of 200, %j', (facts) => {
    const [probabilities, logarithms] = values(facts, [200, -200]);
    expect([...probabilities, ...logarithms].every(Number.isFinite)).toBe(true);
    expect(probabilities[0]).toBe(1);
    expect(logarithms[1]).toBeCloseTo(facts.overlapping ? -200 : -400, 3);
  });

  test('computes probabilities once for all terms', () => {
    tf.tidy(() => {
      const logits = tf.zeros([1, 1, 1, 2]);
      const input = lossInput(EXCLUSIVE, logits, logits, tf.ones([1, 1, 1, 1]));
      expect(input.probabilities).toBe(input.probabilities);
      expect(input.logProbabilities).toBe(input.logProbabilities);
    });
  });
});
