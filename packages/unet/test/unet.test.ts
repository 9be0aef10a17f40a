import { type Facts, isRaremaskError, type Model, type RaremaskError } from '@raremask/core';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, test } from 'vitest';
import { further } from '../../../test/further.ts';
import { describe as describeModel } from '../src/index.ts';
import { countTensors, expectClose, values } from './gradients.ts';
import { FACTS, logits, network, start, uniform } from './network.ts';

countTensors();

const VOLUME: Facts = { ...FACTS, space: 3 };
const SMALL = { filters: 4, depth: 2 };

const combinations: object[] = [
  {},
  { norm: 'instance' },
  { norm: 'group', groups: 2 },
  { norm: 'none' },
  { activation: 'leaky-relu' },
  { activation: 'elu' },
  { activation: 'silu' },
  { upsampling: 'resize' },
  { residual: true },
  { residual: true, norm: 'none', convolutions: 3, maxFilters: 8 },
  { dropout: 0.5 },
  { convolutions: 1 },
  { patch: 2, depth: 1 },
  { patch: 2, depth: 1, blocks: 'residual', blocksPerLevel: 1 },
  { blocks: 'residual', blocksPerLevel: [1, 2, 1] },
  { attention: true },
  { squeezeExcite: true },
  {
    blocks: 'residual',
    blocksPerLevel: 1,
    attention: true,
    squeezeExcite: true,
    norm: 'group',
    groups: 4,
  },
];

describe('poolings', () => {
  const shapes = (model: Model) => model.weights.map(({ name, shape }) => [name, shape]);

  test('that are written out as 2 everywhere are those of the default', async () => {
    const written = await network({
      ...SMALL,
      pooling: [
        [2, 2],
        [2, 2],
      ],
    });
    expect(shapes(written)).toEqual(shapes(await network(SMALL)));
    expect(written.multipleOf).toEqual([4, 4]);
  });

  test.each(['transposed', 'resize'])(
    'halve the axes that they name and are undone, %s',
    async (upsampling) => {
      const pooling = [
        [1, 2, 2],
        [1, 1, 2],
        [2, 2, 2],
      ];
      const model = await network({ filters: 2, depth: 3, pooling, upsampling }, { facts: VOLUME });
      expect(model.multipleOf).toEqual([2, 4, 8]);
      tf.tidy(() => {
        for (const mode of ['train', 'infer'] as const) {
          const scores = logits(model, values([2, 2, 8, 8, 1], 1), mode);
          expect(scores.shape).toEqual([2, 2, 8, 8, 2]);
        }
      });
      const kernel = model.weights.find(({ name }) => name === 'decoder.1.upsampling.kernel')!;
      expect(kernel.shape.slice(0, 3)).toEqual(upsampling === 'resize' ? [1, 1, 1] : [1, 1, 2]);
    },
  );

  test('by spacing leave a coarse axis alone until the others are as coarse', async () => {
    const of = async (...spacing: number[]) => {
      const space = spacing.length as 2 | 3;
      const model = await network(
        { filters: 1, depth: 4, pooling: 'spacing' },
        { facts: { ...FACTS, space, spacing } },
      );
      return model.multipleOf;
    };
    // 5 0.8 0.8: 5 is more than twice 0.8 and 1.6, not more than twice 3.2; then all are halved.
    expect(await of(5, 0.8, 0.8)).toEqual([4, 16, 16]);
    // 2 is not more than twice 1.
    expect(await of(2, 1, 1)).toEqual([16, 16, 16]);
    expect(await of(1, 2.5)).toEqual([16, 8]);
  });

  test('of another number of axes, or by a spacing that nobody knows, are refused', async () => {
    await expect(
      network({
        ...SMALL,
        pooling: [
          [2, 2, 2],
          [2, 2, 2],
        ],
      }),
    ).rejects.toThrow(/model\.with\.pooling\[0\].*2 factors/s);
    await expect(network({ ...SMALL, pooling: 'spacing' })).rejects.toThrow(/how long a pixel is/);
  });
});

describe('pixels taken together', () => {
  test('are those of the same network that sees them as channels, whose logits are spread out again', async () => {
    const patched = await network({ ...SMALL, patch: 2 });
    const four = await network(SMALL, { facts: { ...FACTS, channels: 4 } });
    expect(patched.multipleOf).toEqual([8, 8]);
    const names = (model: Model) => model.weights.map(({ name }) => name);
    expect(names(patched)).toEqual(names(four));
    tf.tidy(() => {
      const images = values([2, 8, 16, 1], 1);
      const at = (row: number, column: number) =>
        tf.stridedSlice(images, [0, row, column, 0], [2, 8, 16, 1], [1, 2, 2, 1]);
      const together = tf.concat([at(0, 0), at(0, 1), at(1, 0), at(1, 1)], -1);
      const own = start(patched);
      const kernel = own.weights.findIndex((_, index) => names(patched)[index] === 'head.kernel');
      const found = logits(patched, images, 'train', own);
      for (const [row, column] of [
        [0, 0],
        [0, 1],
        [1, 0],
        [1, 1],
      ] as const) {
        const slice = tf.slice(own.weights[kernel]!, [row, column], [1, 1]);
        const weights = own.weights.with(kernel, tf.transpose(slice, [0, 1, 3, 2]));
        const expected = logits(four, together, 'train', { ...own, weights });
        const spread = tf.stridedSlice(found, [0, row, column, 0], [2, 8, 16, 2], [1, 2, 2, 1]);
        expectClose(spread, expected, 1e-4);
      }
    });
  });

  test('by a list leave an axis, which poolings by spacing then see as it is', async () => {
    const facts = { ...VOLUME, spacing: [5, 0.8, 0.8] };
    const chosen = { filters: 2, depth: 3, patch: [1, 2, 2], pooling: 'spacing' };
    const model = await network(chosen, { facts });
    // 5 1.6 1.6: the first pooling leaves the coarse axis, two halve all.
    expect(model.multipleOf).toEqual([4, 16, 16]);
    tf.tidy(() => {
      const found = logits(model, values([1, 4, 16, 32, 1], 1), 'infer');
      expect(found.shape).toEqual([1, 4, 16, 32, 2]);
    });
    await expect(network({ ...SMALL, patch: [1, 2, 2] })).rejects.toThrow(
      /model\.with\.patch.*2 factors/s,
    );
  });

  test('begin at the bias, each of them', async () => {
    const model = await network({ ...SMALL, filters: 8, patch: 2 });
    const { shape, initial } = model.weights.find(({ name }) => name === 'head.kernel')!;
    expect(shape).toEqual([2, 2, 2, 8]);
    for (let at = 0; at < initial.length; at += 8) {
      expect(initial.slice(at, at + 8).reduce((sum, one) => sum + one, 0)).toBeCloseTo(0, 5);
    }
  });
});

describe.each([
  { facts: FACTS, size: [8, 12] },
  { facts: VOLUME, size: [4, 8, 4] },
])('in $facts.space-D', ({ facts, size }) => {
  test.each(combinations)('logits have the extent of the images: %o', async (combination) => {
    const model = await network({ ...SMALL, ...combination }, { facts });
    tf.tidy(() => {
      for (const mode of ['train', 'infer'] as const) {
        expect(logits(model, values([2, ...size, 1], 1), mode).shape).toEqual([2, ...size, 2]);
      }
    });
  });

  const learning =
    facts === FACTS ? combinations : further('two steps of a network of volumes', combinations);
  test.each(learning)('two steps down the gradient lower the loss: %o', async (combination) => {
    const model = await network({ ...SMALL, ...combination }, { facts });
    tf.tidy(() => {
      const images = values([2, ...size, 1], 1);
      const truth = tf.cast(tf.greater(images, 1), 'float32');
      const target = tf.concat([tf.sub(1, truth), truth], -1);
      let { weights } = start(model);
      const { buffers } = start(model);
      const loss = (...moved: tf.Tensor[]): tf.Scalar => {
        const call = { images, weights: moved, buffers, mode: 'train' as const, uniform };
        const scores = tf.logSoftmax(model.forward(call).logits, -1);
        return tf.neg(tf.mean(tf.sum(tf.mul(scores, target), -1)));
      };
      const losses = [0, 1, 2].map(() => {
        const { value, grads } = tf.valueAndGrads(loss)(weights);
        for (const gradient of grads) expect(tf.sum(tf.abs(gradient)).dataSync()[0]).not.toBeNaN();
        weights = weights.map((weight, index) => tf.sub(weight, tf.mul(grads[index]!, 0.02)));
        return value.dataSync()[0]!;
      });
      expect(losses[1]!).toBeLessThan(losses[0]!);
      expect(losses[2]!).toBeLessThan(losses[1]!);
    });
  });
});

describe('parameters', () => {
  test('of 16 filters and depth 4 are those of the same network in PyTorch', async () => {
    // Levels c = 16, 32, 64, 128, 256. A block from i to o: 9 i o + 9 o o of two kernels without a
    // bias and 4 o of two normalisations. Encoder and bottom, from 1 channel: 1,179,472.
    const block = (from: number, to: number) => 9 * from * to + 9 * to * to + 4 * to;
    const c = [16, 32, 64, 128, 256];
    const down = c.reduce((sum, to, level) => sum + block(level === 0 ? 1 : c[level - 1]!, to), 0);
    expect(down).toBe(1_179_472);
    // Up: kernels 4 c[i + 1] c[i] with a bias, and blocks from 2 c[i]; head: 16 x 2 + 2.
    const up = c
      .slice(0, 4)
      .reduce((sum, to, level) => sum + 4 * c[level + 1]! * to + to + block(2 * to, to), 0);
    const model = await network({ filters: 16, depth: 4 });
    const described = describeModel(model);
    expect(described.parameters).toBe(down + up + 34);
    expect(described.parameters).toBe(1_942_306);
    // A mean and a variance for every normalised channel.
    expect(described.buffers).toBe(4 * (16 + 32 + 64 + 128) * 2 + 4 * 256);
    expect(described.parts.map(({ name }) => name)).toEqual([
      ...[0, 1, 2, 3].map((level) => `encoder.${level}`),
      'bottom',
      ...[3, 2, 1, 0].map((level) => `decoder.${level}`),
      'head',
    ]);
  });

  const deviation = (numbers: Float32Array) =>
    Math.sqrt(numbers.reduce((sum, value) => sum + value ** 2, 0) / numbers.length);
  const byName = (model: Model) => new Map(model.weights.map((weight) => [weight.name, weight]));

  test('have names of their own and as many values as their shape says', async () => {
    for (const combination of combinations) {
      const model = await network({ ...SMALL, ...combination });
      const all = [...model.weights, ...model.buffers];
      expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
      for (const { shape, initial } of all) {
        expect(initial.length).toBe(shape.reduce((product, extent) => product * extent, 1));
      }
    }
  });

  test('start the same for the same seed and otherwise for another', async () => {
    const first = await network(SMALL, { seed: 1 });
    expect(first.weights).toEqual((await network(SMALL, { seed: 1 })).weights);
    const kernel = 'bottom.convolution1.kernel';
    const other = byName(await network(SMALL, { seed: 2 }));
    expect(byName(first).get(kernel)!.initial).not.toEqual(other.get(kernel)!.initial);
  });

  test('start the same whatever the options that do not concern them', async () => {
    const plain = byName(await network(SMALL));
    const changes = [
      { norm: 'instance' },
      { residual: true },
      { dropout: 0.2 },
      { lastBias: 'zero' },
      { upsampling: 'resize' },
      { attention: true },
      { squeezeExcite: true },
    ];
    for (const change of changes) {
      const changed = byName(await network({ ...SMALL, ...change }));
      for (const name of ['encoder.0.convolution1.kernel', 'decoder.1.convolution2.kernel']) {
        expect(changed.get(name)!.initial).toEqual(plain.get(name)!.initial);
      }
    }
  });

  test('start with the deviation of He, or of PyTorch where a normalisation follows', async () => {
    // The deviation of n normal values is off by 1 / sqrt(2 n) of itself: 0.4 % for 36,864 values,
    // 8.8 % for the 64 of the head. Five of those.
    const cases = [
      { norm: 'none', kernel: 'bottom.convolution2.kernel', expected: Math.sqrt(2 / (9 * 64)) },
      { norm: 'batch', kernel: 'bottom.convolution2.kernel', expected: Math.sqrt(1 / (27 * 64)) },
    ];
    for (const { norm, kernel, expected } of cases) {
      const weights = byName(await network({ filters: 32, depth: 1, norm }));
      const head = weights.get('head.kernel')!.initial;
      expect(Math.abs(deviation(weights.get(kernel)!.initial) / expected - 1)).toBeLessThan(0.02);
      expect(Math.abs(deviation(head) / Math.sqrt(2 / 32) - 1)).toBeLessThan(0.44);
      for (const output of [0, 1]) {
        const sum = head.filter((_, at) => at % 2 === output).reduce((a, b) => a + b, 0);
        expect(Math.abs(sum)).toBeLessThan(1e-5);
      }
    }
  });

  test('of a kernel do not change with an option, except in scale with the normalisation', async () => {
    const kernel = 'decoder.0.convolution1.kernel';
    const [batch, none] = await Promise.all(
      ['batch', 'none'].map(
        async (norm) => byName(await network({ ...SMALL, norm })).get(kernel)!.initial,
      ),
    );
    const ratio = Math.sqrt(6);
    batch!.forEach((value, at) => {
      expect(Math.abs(value * ratio - none![at]!)).toBeLessThan(1e-6);
    });
  });

  test('decay where they are kernels', async () => {
    const model = await network({ ...SMALL, residual: true });
    for (const { name, decay } of model.weights) expect(decay).toBe(name.endsWith('.kernel'));
  });
});

describe('the last bias', () => {
  /** Means of the first logits of each class over the pixels of four images. */
  const meanLogits = async (facts: Facts, shares: readonly number[]) => {
    const model = await network({ filters: 16, depth: 2 }, { facts, shares });
    return tf.tidy(() => {
      const scores = logits(model, values([4, 16, 16, 1], 1), 'train');
      return Array.from(tf.mean(scores, [0, 1, 2]).dataSync());
    });
  };
  const three = [...FACTS.classes, { name: 'nodule', value: 1 }];

  // The mean of an activation, the positive part of a value of mean 0 and deviation 1, is 0.40 for a
  // normal distribution, and between 0.35 and 0.45 for others near it. The head weighs 16 of them by
  // numbers of deviation sqrt(2 / 16) that sum to 0: sqrt(2) 0.05 = 0.07 remain of a class, 0.1 of the
  // difference of two. Three of those.
  test('gives every exclusive class its share as the first probability', async () => {
    const shares = [0.9, 0.07, 0.03];
    const mean = await meanLogits({ ...FACTS, classes: three }, shares);
    for (const index of [1, 2]) {
      const odds = Math.exp(mean[index]! - mean[0]!);
      expect(Math.abs(Math.log(odds / (shares[index]! / shares[0]!)))).toBeLessThan(0.3);
    }
  });

  test('gives every overlapping class its share, whatever the others', async () => {
    const shares = [0.4, 0.3, 0.02];
    const mean = await meanLogits({ ...FACTS, classes: three, overlapping: true }, shares);
    for (const [index, share] of shares.entries()) {
      expect(Math.abs(mean[index]! - Math.log(share / (1 - share)))).toBeLessThan(0.21);
    }
  });

  test('stays finite for a class that never or always occurs', async () => {
    for (const overlapping of [false, true]) {
      const model = await network(SMALL, { facts: { ...FACTS, overlapping }, shares: [1, 0] });
      const [background, foreground] = model.weights.at(-1)!.initial;
      // log(0.9999 / 0.0001) = 9.21 between the two; 18.42 with a sigmoid each
      expect(background! - foreground!).toBeCloseTo(overlapping ? 18.42 : 9.21, 2);
    }
  });

  test('is 0 or a number where it is asked to be, without a census', async () => {
    const bias = async (lastBias: unknown, overlapping = false) => {
      const facts = { ...FACTS, overlapping };
      const model = await network({ ...SMALL, lastBias }, { facts, shares: [] });
      return Array.from(model.weights.at(-1)!.initial);
    };
    expect(await bias('zero')).toEqual([0, 0]);
    expect(await bias(-3)).toEqual([0, -3]);
    expect(await bias(-3, true)).toEqual([-3, -3]);
  });
});

describe('normalisation', () => {
  test('by batch takes a tenth of each batch into the running statistics', async () => {
    const model = await network({ filters: 2, depth: 1, convolutions: 1 });
    tf.tidy(() => {
      const state = start(model);
      const images = values([2, 4, 4, 1], 1);
      const outputs = model.forward({ images, ...state, mode: 'train', uniform });
      const kernel = state.weights[0] as tf.Tensor4D;
      const first = tf.conv2d(images as tf.Tensor4D, kernel, 1, 'same');
      const { mean, variance } = tf.moments(first, [0, 1, 2]);
      // 32 values: the unbiased variance is 32 / 31 of the biased one; the buffers start at 0 and 1.
      expectClose(outputs.buffers![0]!, tf.mul(mean, 0.1), 1e-5);
      expectClose(outputs.buffers![1]!, tf.add(0.9, tf.mul(variance, (0.1 * 32) / 31)), 1e-5);
      expect(outputs.buffers!.map(({ shape }) => shape)).toEqual(
        model.buffers.map(({ shape }) => shape),
      );
    });
  });

  test('by batch uses the running statistics to infer, so that neighbours do not matter', async () => {
    const model = await network(SMALL);
    tf.tidy(() => {
      const images = values([3, 8, 8, 1], 1);
      const all = logits(model, images, 'infer');
      const one = logits(model, tf.slice(images, [1, 0, 0, 0], [1, 8, 8, 1]), 'infer');
      expectClose(one, tf.slice(all, [1, 0, 0, 0], [1, 8, 8, 2]), 1e-5);
    });
  });

  test('by batch infers what it trained, once the running statistics are those of the batch', async () => {
    const model = await network({ filters: 4, depth: 1, convolutions: 2 });
    tf.tidy(() => {
      const images = values([2, 8, 8, 1], 1);
      let state = start(model);
      for (let step = 0; step < 120; step += 1) {
        state = {
          ...state,
          buffers: [...model.forward({ images, ...state, mode: 'train', uniform }).buffers!],
        };
      }
      // The biased variances of training are 1 % below the unbiased ones at the bottom (32 values: 3 %).
      const trained = logits(model, images, 'train', state);
      const inferred = logits(model, images, 'infer', state);
      expectClose(inferred, trained, 0.05 * tf.max(tf.abs(trained)).dataSync()[0]!);
    });
  });

  test.each(['instance', 'group', 'none'])('%s does not look at neighbours', async (norm) => {
    const model = await network({ filters: 8, depth: 2, norm });
    expect(model.buffers).toEqual([]);
    tf.tidy(() => {
      const image = values([1, 8, 8, 1], 1);
      const alone = logits(model, image, 'train');
      const beside = logits(
        model,
        tf.concat([image, tf.mul(values([1, 8, 8, 1], 2), 50)]),
        'train',
      );
      expectClose(alone, tf.slice(beside, [0, 0, 0, 0], [1, 8, 8, 2]), 1e-5);
    });
  });

  test.each(['instance', 'group'])('%s is the same in training and inference', async (norm) => {
    const model = await network({ filters: 8, depth: 2, norm });
    tf.tidy(() => {
      const images = values([2, 8, 8, 1], 1);
      expectClose(logits(model, images, 'train'), logits(model, images, 'infer'), 1e-6);
    });
  });
});

describe('deep supervision', () => {
  test('gives logits of the levels between, half as weighty each, in training alone', async () => {
    const plain = await network({ filters: 2, depth: 4 });
    const model = await network({ filters: 2, depth: 4, deepSupervision: true });
    const added = model.weights.slice(plain.weights.length).map(({ name, shape }) => [name, shape]);
    expect(added).toEqual([
      ['auxiliary.1.kernel', [1, 1, 4, 2]],
      ['auxiliary.1.bias', [2]],
      ['auxiliary.2.kernel', [1, 1, 8, 2]],
      ['auxiliary.2.bias', [2]],
    ]);
    tf.tidy(() => {
      const images = values([2, 16, 32, 1], 1);
      const call = { images, ...start(model), uniform };
      const { auxiliary } = model.forward({ ...call, mode: 'train' });
      expect(auxiliary!.map(({ logits: { shape }, weight }) => [shape, weight])).toEqual([
        [[2, 4, 8, 2], 0.25],
        [[2, 8, 16, 2], 0.5],
      ]);
      expect(model.forward({ ...call, mode: 'infer' })).not.toHaveProperty('auxiliary');
      // The logits are those of the network without it.
      expectClose(logits(model, images, 'train'), logits(plain, images, 'train'), 1e-6);
    });
  });
});

describe('dropout', () => {
  test('changes training and not inference', async () => {
    const plain = await network(SMALL);
    const dropping = await network({ ...SMALL, dropout: 0.5 });
    tf.tidy(() => {
      const images = values([2, 8, 8, 1], 1);
      expectClose(logits(plain, images, 'infer'), logits(dropping, images, 'infer'), 1e-6);
      const difference = tf.sub(logits(plain, images, 'train'), logits(dropping, images, 'train'));
      expect(tf.max(tf.abs(difference)).dataSync()[0]!).toBeGreaterThan(1e-3);
    });
  });
});

describe('sizes', () => {
  const errorOf = (run: () => unknown): RaremaskError => {
    try {
      tf.tidy(() => void run());
    } catch (error) {
      if (isRaremaskError(error)) return error;
      throw error;
    }
    throw new Error('nothing was thrown');
  };

  test('are multiples of 2 to the depth, along every axis', async () => {
    expect((await network({ filters: 1, depth: 5 })).multipleOf).toEqual([32, 32]);
    expect((await network({ filters: 1, depth: 3 }, { facts: VOLUME })).multipleOf).toEqual([
      8, 8, 8,
    ]);
  });

  test('that do not fit are refused with the size, the multiple and sizes that do', async () => {
    const model = await network({ filters: 2, depth: 4 });
    const error = errorOf(() => logits(model, tf.zeros([1, 100, 128, 1]), 'infer'));
    expect(error.code).toBe('RAREMASK_UNET_SIZE');
    expect(error.message).toContain('multiples of 16, for example 96 x 128 or 112 x 128');
    expect(error.message).toContain('Got: 100 x 128');
  });

  test('below the multiple are told the smallest that fits', async () => {
    const model = await network({ filters: 2, depth: 3 });
    const error = errorOf(() => logits(model, tf.zeros([1, 5, 7, 1]), 'infer'));
    expect(error.message).toContain('multiples of 8, for example 8 x 8. Got: 5 x 7');
  });

  test('that leave one value to normalise are refused', async () => {
    const model = await network({ filters: 2, depth: 2, norm: 'instance' });
    const error = errorOf(() => logits(model, tf.zeros([3, 4, 4, 1]), 'train'));
    expect(error.code).toBe('RAREMASK_UNET_ONE_VALUE');
    expect(error.message).toContain('bottom.convolution1');
  });
});
