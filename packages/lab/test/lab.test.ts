import { prepareBackend } from '@raremask/backends';
import type { Census, Loss } from '@raremask/core';
import { census, facts } from '@raremask/core';
import { createHost, provision } from '@raremask/core/host';
import crossEntropy from '@raremask/loss-ce';
import focal from '@raremask/loss-ce/focal';
import topK from '@raremask/loss-ce/top-k';
import dice from '@raremask/loss-dice';
import generalized from '@raremask/loss-dice/generalized';
import lovasz from '@raremask/loss-dice/lovasz';
import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { overallAdvice, STANDARD_FACTS, sumOf, tryLoss } from '../src/index.ts';

const settings = { facts: STANDARD_FACTS, sides: [64, 96], structure: 100 };
const counted: Census = {
  images: 2,
  emptyImages: 1,
  pixels: 8192,
  classes: [
    { name: 'background', pixels: 8092, share: 0.98, images: 2, structures: 0, meanStructure: 0 },
    { name: 'structure', pixels: 100, share: 0.02, images: 1, structures: 1, meanStructure: 100 },
  ],
};

/** What the lab says of a plugin with options. */
async function tried(plugin: typeof dice, options: object, given = settings) {
  const checked = await plugin.options!['~standard'].validate(options);
  if (checked.issues !== undefined) throw new Error(JSON.stringify(checked.issues));
  const host = createHost();
  const run = host.run({
    seed: 0,
    provide: [provision(facts, () => given.facts), provision(census, () => async () => counted)],
  });
  const loss = await run.make({ kind: 'loss', plugin, options: checked.value, place: 'loss' });
  const result = await tryLoss({ name: plugin.name, loss }, given);
  await host.dispose();
  return result;
}

const verdictsOf = ({ findings }: { findings: readonly { verdict: string }[] }) =>
  findings.map(({ verdict }) => verdict);

let before = 0;
beforeEach(async () => {
  // As the command does.
  await prepareBackend('wasm');
  before = tf.memory().numTensors;
});
afterEach(() => expect(tf.memory().numTensors).toBe(before));

describe('verdicts', () => {
  const smooth = (numerator: number, denominator = numerator) => ({
    empty: 'smooth',
    smooth: { numerator, denominator },
  });
  test.each([
    ['Dice with smooth 1e-5', dice, smooth(1e-5), ['silent', 'cliff', 'depends on image size']],
    ['Dice with smooth below alone', dice, smooth(0, 1e-5), ['constant']],
    ['Dice with smooth 1', dice, smooth(1), ['depends on image size']],
    // 2n²/(N - 2n), for 100 of 64 x 64 pixels, is 5.1.
    ['Dice with smooth 4', dice, smooth(4), ['depends on image size']],
    ['Dice with smooth 6', dice, smooth(6), ['pays for nothing', 'depends on image size']],
    ['Dice with smooth of a structure', dice, smooth(100), ['pays for nothing']],
    ['Dice with smooth 1000', dice, smooth(1000), ['pays for nothing']],
    ['Dice over the batch', dice, { ...smooth(1e-5), pool: 'batch' }, ['depends on the batch']],
    [
      'Dice with the background',
      dice,
      { ...smooth(1e-5), background: 'include' },
      ['silent', 'cliff'],
    ],
    ['clipped Dice', dice, { ...smooth(1e-5), clip: 0.5 }, ['constant', 'silent']],
    ['Dice without empty images', dice, { empty: 'ignore' }, ['constant']],
    ['Dice with cross-entropy on empty images', dice, { empty: 'cross-entropy' }, ['fine']],
    ['Dice with the mean on empty images', dice, { empty: 'mean-probability' }, ['fine']],
    [
      'generalized Dice',
      generalized,
      { empty: 'smooth' },
      ['silent', 'cliff', 'depends on image size'],
    ],
    ['Lovasz', lovasz, { empty: 'smooth' }, ['cliff']],
    ['cross-entropy', crossEntropy, {}, ['fine']],
    ['focal', focal, {}, ['fine']],
    ['top-k', topK, {}, ['fine']],
  ] as const)('%s', async (_, plugin, options, expected) => {
    expect(verdictsOf(await tried(plugin as typeof dice, options))).toEqual(expected);
  });

  test('a gradient that grows without end near an empty prediction is unbounded', async () => {
    const root: Loss = ({ probabilities, target }) => {
      const foreground = tf.slice(probabilities, [0, 0, 0, 1], [-1, -1, -1, 1]);
      const wrong = tf.abs(tf.sub(foreground, tf.slice(target, [0, 0, 0, 1], [-1, -1, -1, 1])));
      return tf.sqrt(tf.mean(wrong, [1, 2, 3])) as tf.Tensor1D;
    };
    expect(verdictsOf(await tryLoss({ name: 'root', loss: root }, settings))).toContain(
      'unbounded',
    );
  });

  test('a value that is not a number is unbounded, whatever else it is', async () => {
    const broken: Loss = ({ probabilities, target }) => {
      const sums = tf.sum(tf.mul(probabilities, target), [1, 2]);
      const foreground = tf.slice(sums, [0, 1], [-1, 1]);
      return tf.sum(tf.div(foreground, foreground), 1) as tf.Tensor1D;
    };
    expect((await tryLoss({ name: 'broken', loss: broken }, settings)).verdict).toBe('unbounded');
  });

  test('a loss that has no gradient on a missed structure is silent', async () => {
    const result = await tried(crossEntropy as typeof dice, { classWeights: { structure: 0 } });
    expect(result.findings[0]).toMatchObject({ verdict: 'silent', deafTo: 'missed pixels' });
    expect(result.balance).toBeNull();
    expect(result.advice).toContain('missed');
  });
});

describe('figures', () => {
  // S = 0.01 x 4095 + 0.9 on 64 x 64 pixels; Dice on an empty image is S / (S + e).
  const sum = 0.01 * 4095 + 0.9;

  test.each([1, 10, 100, 1000])(
    'value and gradient of Dice with smooth %d follow the closed form',
    async (e) => {
      const { trials } = await tried(dice, { empty: 'smooth', smooth: e });
      expect(trials[0]!.alone.value).toBeCloseTo(sum / (sum + e), 4);
      // By the logit: e / (S + e)^2 times p (1 - p)
      const expected = (e / (sum + e) ** 2) * 0.09;
      expect(trials[0]!.falseGradient / expected).toBeCloseTo(1, 3);
    },
  );

  test('cross-entropy is the unit of gradients', async () => {
    const { falseGradient, missedGradient, balance } = await tried(crossEntropy as typeof dice, {});
    expect(falseGradient).toBeCloseTo(1, 3);
    expect(missedGradient).toBeCloseTo(1, 3);
    expect(balance).toBeCloseTo(1, 3);
  });

  test('a missed structure costs what the closed form says', async () => {
    // 100 pixels at 0.1 and a haze of 0.01: 1 - 2 x 10 / (10 + 39.96 + 100), smooth 1e-5
    const { trials } = await tried(dice, { empty: 'smooth' });
    expect(trials[0]!.missed).toBeCloseTo(1 - 20 / (10 + 39.96 + 100), 3);
  });

  test('a sum has the values of its terms, weighted', async () => {
    const one: Loss = ({ weight }) => tf.sum(weight, [1, 2, 3]) as tf.Tensor1D;
    const pooled: Loss = ({ weight }) => tf.mean(weight) as tf.Scalar;
    const both = sumOf([
      { loss: one, weight: 2 },
      { loss: pooled, weight: 3 },
    ]);
    const values = tf.tidy(() => {
      const weight = tf.ones([2, 3, 4, 1]);
      return [...both({ weight } as never).dataSync()];
    });
    expect(values).toEqual([2 * 12 + 3, 2 * 12 + 3]);
  });

  test('overlapping classes are tried by their first class', async () => {
    const task = {
      ...STANDARD_FACTS,
      overlapping: true,
      classes: [
        { name: 'scratch', value: 1 },
        { name: 'dent', value: 2 },
      ],
    };
    const result = await tried(crossEntropy as typeof dice, {}, { ...settings, facts: task });
    expect(result.verdict).toBe('fine');
    expect(result.trials.map(({ side }) => side)).toEqual([64, 96]);
  });
});

describe('settings', () => {
  const loss: Loss = ({ logits }) => tf.mean(logits) as tf.Scalar;
  test.each([
    ['one size', { sides: [64] }, 'RAREMASK_LAB_SIDES'],
    ['the same size twice', { sides: [64, 64] }, 'RAREMASK_LAB_SIDES'],
    ['a size that is none', { sides: [64, Number.NaN] }, 'RAREMASK_LAB_SIDE'],
    ['a size that is too small', { sides: [16, 64] }, 'RAREMASK_LAB_SIDE'],
    ['a structure larger than a quarter', { structure: 1025 }, 'RAREMASK_LAB_STRUCTURE'],
    ['no structure', { structure: 0 }, 'RAREMASK_LAB_STRUCTURE'],
  ])('%s is refused', async (_, wrong, code) => {
    await expect(tryLoss({ name: 'x', loss }, { ...settings, ...wrong })).rejects.toMatchObject({
      code,
    });
  });
});

test('the advice over several losses names those that are not fine', async () => {
  const results = [
    await tried(crossEntropy as typeof dice, {}),
    await tried(dice, { empty: 'ignore' }),
  ];
  expect(overallAdvice(results, false)).toContain('dice');
  expect(overallAdvice(results, true)).toBe(results[0]!.advice);
  expect(overallAdvice([], false)).toContain('no loss');
});
