import * as tf from '@tensorflow/tfjs';
import { describe, expect, test } from 'vitest';
import { prepareBackend, wasmTrainingKernels } from '../src/index.ts';
import { expectAlike, Numbers } from './compare.ts';

/** Operations by name. */
const tfjs = tf as unknown as Record<string, (...inputs: unknown[]) => tf.Tensor>;

const rounds = Array.from({ length: 24 }, (_, round) => round);
type Padding = 'same' | 'valid';
const paddings: readonly Padding[] = ['same', 'valid'];

describe('convolutions over images', () => {
  test.each(rounds)('have the value and gradients of cpu (round %i)', async (round) => {
    const numbers = new Numbers(round + 1);
    const [inChannels, outChannels] = [numbers.whole(1, 10), numbers.whole(1, 18)];
    const filter = numbers.array([
      numbers.whole(1, 4),
      numbers.whole(1, 4),
      inChannels,
      outChannels,
    ]);
    const image = numbers.array([2, numbers.whole(5, 11), numbers.whole(5, 11), inChannels]);
    const strides: [number, number] = [numbers.whole(1, 3), numbers.whole(1, 3)];
    const padding = numbers.pick(paddings);
    await expectAlike((x, w) => tf.conv2d(x, w, strides, padding), [image, filter]);
  });

  test.each([1, 2, 3])(
    'agree with cpu under a padding of %i, also wider than the filter',
    async (pad) => {
      const numbers = new Numbers(40 + pad);
      await expectAlike(
        (x, w) => tf.conv2d(x, w, 1, pad, 'NHWC', 1, 'floor'),
        [numbers.array([2, 6, 7, 3]), numbers.array([3, 3, 3, 8])],
      );
    },
  );

  test('agree with cpu under a padding that differs from side to side', async () => {
    const numbers = new Numbers(50);
    const padding: tf.backend_util.ExplicitPadding = [
      [0, 0],
      [1, 0],
      [0, 2],
      [0, 0],
    ];
    await expectAlike(
      (x, w) => tf.conv2d(x, w, 2, padding, 'NHWC', 1, 'floor'),
      [numbers.array([2, 9, 8, 3]), numbers.array([3, 3, 3, 4])],
    );
  });

  test('add a block of rows up as they add a whole image up', async () => {
    const numbers = new Numbers(51);
    const image = numbers.array([1, 96, 96, 8], -0.1, 0.1);
    await expectAlike(
      (x, w) => tf.conv2d(x, w, 1, 'same'),
      [image, numbers.array([3, 3, 8, 8], -0.1, 0.1)],
    );
  });

  test.each([
    { size: 2, stride: 2, to: 10 },
    { size: 3, stride: 1, to: 5 },
    { size: 3, stride: 2, to: 10 },
    { size: 3, stride: 2, to: 9 },
    { size: 4, stride: 4, to: 20 },
  ])('transposed, have the value and gradients of cpu: %o', async ({ size, stride, to }) => {
    const numbers = new Numbers(60 + size + stride);
    await expectAlike(
      (x, w) => tf.conv2dTranspose(x, w, [2, to, to, 4], stride, 'same'),
      [numbers.array([2, 5, 5, 6]), numbers.array([size, size, 4, 6])],
    );
  });

  test.each(rounds.slice(0, 10))(
    'by channel have the value and gradients of cpu (round %i)',
    async (round) => {
      const numbers = new Numbers(70 + round);
      const channels = numbers.whole(1, 9);
      const filter = numbers.array([numbers.whole(1, 3), 3, channels, numbers.whole(1, 3)]);
      const image = numbers.array([2, numbers.whole(5, 9), numbers.whole(5, 9), channels]);
      const stride = numbers.whole(1, 2);
      const padding = numbers.pick(paddings);
      await expectAlike((x, w) => tf.depthwiseConv2d(x, w, stride, padding), [image, filter]);
    },
  );
});

test.each(rounds.slice(0, 12))(
  'minimal filtering agrees with cpu in every size (round %i)',
  async (round) => {
    const numbers = new Numbers(20 + round);
    const [inChannels, outChannels] = [8 * numbers.whole(1, 3), 8 * numbers.whole(1, 3)];
    const filter = numbers.array([3, 3, inChannels, outChannels]);
    const image = numbers.array([
      numbers.whole(1, 3),
      numbers.whole(3, 13),
      numbers.whole(3, 13),
      inChannels,
    ]);
    const pad = numbers.pick(['same', 'valid', 1, 2] as const);
    await expectAlike((x, w) => tf.conv2d(x, w, 1, pad), [image, filter]);
  },
);

describe('convolutions over volumes', () => {
  test.each(rounds.slice(0, 12))(
    'have the value and gradients of cpu (round %i)',
    async (round) => {
      const numbers = new Numbers(100 + round);
      const [inChannels, outChannels] = [numbers.whole(1, 5), numbers.whole(1, 9)];
      const side = () => numbers.whole(1, 3);
      const filter = numbers.array([side(), side(), side(), inChannels, outChannels]);
      const volume = numbers.array([2, numbers.whole(3, 6), 5, numbers.whole(4, 6), inChannels]);
      const strides: [number, number, number] = [numbers.whole(1, 2), side(), numbers.whole(1, 2)];
      const padding = numbers.pick(paddings);
      await expectAlike((x, w) => tf.conv3d(x, w, strides, padding), [volume, filter]);
    },
  );

  test.each([
    { size: 2, stride: 2, to: 8 },
    { size: 3, stride: 1, to: 4 },
    { size: 3, stride: 2, to: 8 },
  ])('transposed, have the value of cpu: %o', async ({ size, stride, to }) => {
    const numbers = new Numbers(120 + size);
    await expectAlike(
      (x, w) => tf.conv3dTranspose(x, w, [1, to, to, to, 3], stride, 'same'),
      [numbers.array([1, 4, 4, 4, 5]), numbers.array([size, size, size, 3, 5])],
      { gradients: false },
    );
  });
});

describe('pooling', () => {
  const windows = [
    { size: 2, stride: 2 },
    { size: 3, stride: 2 },
    { size: 3, stride: 1 },
  ].flatMap((window) => paddings.map((padding) => ({ ...window, padding })));

  test.each(windows)(
    'over images agrees with cpu, below zero too: %o',
    async ({ size, stride, padding }) => {
      const numbers = new Numbers(140 + size);
      for (const [low, high] of [
        [-1, 1],
        [-2, -1],
      ]) {
        const image = numbers.array([2, 7, 6, 6], low, high);
        await expectAlike((x) => tf.maxPool(x, size, stride, padding), [image]);
        await expectAlike((x) => tf.avgPool(x, size, stride, padding), [image]);
      }
    },
  );

  test.each(windows)(
    'over volumes agrees with cpu, below zero too: %o',
    async ({ size, stride, padding }) => {
      const numbers = new Numbers(150 + size);
      for (const [low, high] of [
        [-1, 1],
        [-2, -1],
      ]) {
        const volume = numbers.array([2, 4, 5, 6, 5], low, high);
        await expectAlike((x) => tf.maxPool3d(x, size, stride, padding), [volume]);
        await expectAlike((x) => tf.avgPool3d(x, size, stride, padding), [volume]);
      }
    },
  );

  test('gives the whole gradient to the first of equal values', async () => {
    await prepareBackend('wasm');
    const gradient = tf.tidy(() => {
      const flat = tf.ones<tf.Rank.R4>([1, 2, 2, 4]);
      return tf
        .grad((x: tf.Tensor) => tf.maxPool(x as tf.Tensor4D, 2, 2, 'valid'))(flat)
        .dataSync();
    });
    expect([...gradient]).toEqual([1, 1, 1, 1, ...Array(12).fill(0)]);
  });
});

describe('resizing', () => {
  const sizes: [number, number][] = [
    [10, 14],
    [3, 4],
    [7, 5],
    [1, 1],
  ];

  test.each(sizes)(
    'to the nearest of %i x %i pixels has the gradient that its value says',
    async (height, width) => {
      await prepareBackend('wasm');
      const numbers = new Numbers(170);
      for (const [corners, centres] of [
        [false, false],
        [true, false],
        [false, true],
      ]) {
        const resize = (x: tf.Tensor) =>
          tf.image.resizeNearestNeighbor(x as tf.Tensor4D, [height, width], corners, centres);
        const [inside, outside] = tf.tidy(() => {
          const image = tf.tensor4d(numbers.array([1, 5, 7, 3]).values, [1, 5, 7, 3]);
          const slope = tf.tensor4d(numbers.array([1, height, width, 3]).values, [
            1,
            height,
            width,
            3,
          ]);
          const gradient = tf.grad(resize)(image, slope);
          return [tf.sum(tf.mul(gradient, image)), tf.sum(tf.mul(slope, resize(image)))].map(
            (sum) => sum.dataSync()[0]!,
          );
        });
        expect(inside).toBeCloseTo(outside!, 4);
      }
    },
  );

  test.each([4, 7, 13])('bilinearly to %i x %i agrees with cpu', async (size) => {
    const numbers = new Numbers(171);
    for (const corners of [false, true]) {
      await expectAlike(
        (x) => tf.image.resizeBilinear(x, [size, size], corners),
        [numbers.array([2, 6, 6, 3])],
      );
    }
  });
});

describe('sums and rows', () => {
  test.each([
    [false, false],
    [true, false],
    [false, true],
  ])(
    'run along an axis, also counted from the end: exclusive %s, reverse %s',
    async (exclusive, reverse) => {
      const numbers = new Numbers(180);
      const matrix = numbers.array([4, 6]);
      await expectAlike((x) => tf.cumsum(x, 1, exclusive, reverse), [matrix]);
      await expectAlike((x) => tf.cumprod(x, 1, exclusive, reverse), [matrix], {
        gradients: false,
      });
      const [fromStart, fromEnd] = tf.tidy(() => {
        const x = tf.tensor2d(matrix.values, [4, 6]);
        return [1, -1].map((axis) => [...tf.cumsum(x, axis, exclusive, reverse).dataSync()]);
      });
      expect(fromEnd).toEqual(fromStart);
    },
  );

  test('of segments leave rows of no segment out', async () => {
    const numbers = new Numbers(181);
    const rows = () => tf.tensor1d([2, 0, 2, 1], 'int32');
    await expectAlike((x) => tf.unsortedSegmentSum(x, rows(), 4), [numbers.array([4, 3])]);
    await expectAlike((x) => tf.unsortedSegmentSum(x, rows(), 2), [numbers.array([4])], {
      gradients: false,
    });
  });

  test.each([0, 1])('taken along axis %i get their gradients back', async (axis) => {
    const numbers = new Numbers(182);
    await expectAlike(
      (x) => tf.gather(x, tf.tensor1d([1, 0, 1, 2], 'int32'), axis),
      [numbers.array([3, 4, 2])],
    );
  });

  test('of products over named axes agree with cpu', async () => {
    const numbers = new Numbers(183);
    await expectAlike(
      (a, b) => tf.einsum('bij,bjk->bik', a, b),
      [numbers.array([2, 3, 4]), numbers.array([2, 4, 5])],
      { gradients: false },
    );
  });

  test.each(['sum', 'mean', 'max', 'min'] as const)(
    '%s over any axes has the value and gradient of cpu',
    async (name) => {
      const numbers = new Numbers(184);
      for (const axes of [undefined, 0, 3, [0, 1, 2], [1, 2], [0, 2], [2, 3], [-1]]) {
        for (const shape of [
          [2, 3, 4, 5],
          [2, 5, 3, 16],
        ]) {
          await expectAlike((x) => tfjs[name]!(x, axes), [numbers.array(shape)]);
          await expectAlike((x) => tfjs[name]!(x, axes, true), [numbers.array(shape)]);
        }
      }
    },
  );
});

describe('copies', () => {
  const numbers = new Numbers(300);
  const block = numbers.array([2, 3, 4, 6]);
  const begins = [
    { begin: [0, 0, 0, 2], size: [2, 3, 4, 3] },
    { begin: [0, 1, 0, 0], size: [2, 2, 4, 6] },
    { begin: [1, 0, 0, 0], size: [1, -1, -1, -1] },
    { begin: [0, 1, 2, 0], size: [2, 1, 2, 6] },
    { begin: [0, 0, 0, 0], size: [2, 3, 4, 6] },
  ];

  test.each(begins)('of a block agree with cpu: %o', async ({ begin, size }) => {
    await expectAlike((x) => tf.slice(x, begin, size), [block]);
  });

  test.each([0, 1, 2, 3, -1])(
    'of parts and their joining along axis %i agree with cpu',
    async (axis) => {
      const size = block.shape.at(axis)!;
      const parts = [1, size - 1];
      await expectAlike((x) => tf.split(x, parts, axis)[0]!, [block]);
      await expectAlike((x) => tf.split(x, parts, axis)[1]!, [block]);
      await expectAlike((x, y) => tf.concat([x, y, x], axis), [block, block]);
      await expectAlike((x) => tf.concat(tf.split(x, size, axis).reverse(), axis), [block]);
    },
  );

  test('of wide rows, of whole numbers and of truth values agree with cpu', async () => {
    const wide = numbers.array([3, 200], -5, 5);
    await expectAlike((x) => tf.split(x, [70, 130], 1)[1]!, [wide]);
    const whole = (x: tf.Tensor) =>
      tf.cast(tf.slice(tf.cast(x, 'int32'), [0, 7], [3, 9]), 'float32');
    const truth = (x: tf.Tensor) => tf.cast(tf.slice(tf.greater(x, 0), [0, 7], [3, 9]), 'float32');
    const joined = (x: tf.Tensor) =>
      tf.cast(tf.concat([tf.greater(x, 0), tf.less(x, 1)], 1), 'float32');
    for (const operation of [whole, truth, joined]) {
      await expectAlike(operation, [wide], { gradients: false });
    }
  });

  test('share memory with what they copy, and outlive it', async () => {
    await prepareBackend('wasm');
    const before = tf.memory();
    const first = tf.tensor1d([1, 2, 3]);
    const second = tf.clone(first);
    first.dispose();
    tf.tensor1d([7, 8, 9]).dispose();
    expect([...second.dataSync()]).toEqual([1, 2, 3]);
    second.dispose();
    expect(tf.memory()).toMatchObject({
      numTensors: before.numTensors,
      numDataBuffers: before.numDataBuffers,
    });
  });
});

describe('reductions', () => {
  test('of a million numbers are exact to their last digits', async () => {
    await prepareBackend('wasm');
    const [whole, byChannel] = tf.tidy(() => {
      const tenths = tf.fill([1024, 1024], 0.1);
      return [tf.sum(tenths), tf.mean(tenths, 0)].map((tensor) => tensor.dataSync()[0]!);
    });
    expect(Math.abs(whole! / (2 ** 20 * Math.fround(0.1)) - 1)).toBeLessThan(1e-6);
    expect(Math.abs(byChannel! / Math.fround(0.1) - 1)).toBeLessThan(1e-6);
  });

  test.each([1, 3, 4, 20, 37])('over pixels of %i channels agree with cpu', async (channels) => {
    const numbers = new Numbers(310 + channels);
    const image = numbers.array([2, 17, 11, channels]);
    for (const axes of [[0, 1, 2], [1, 2], [0], [3]]) {
      await expectAlike((x) => tf.sum(x, axes), [image]);
      await expectAlike((x) => tf.mean(x, axes, true), [image]);
    }
  });

  test('of whole numbers and truth values agree with cpu', async () => {
    const numbers = new Numbers(320);
    const matrix = numbers.array([6, 7], -5, 5);
    await expectAlike((x) => tf.cast(tf.sum(tf.cast(x, 'int32'), 0), 'float32'), [matrix], {
      gradients: false,
    });
    await expectAlike((x) => tf.cast(tf.sum(tf.greater(x, 0), 0), 'float32'), [matrix], {
      gradients: false,
    });
    await expectAlike((x) => tf.mean(tf.cast(x, 'int32'), 0), [matrix], { gradients: false });
  });
});

test('morphological dilation has the value and gradients of cpu', async () => {
  const numbers = new Numbers(190);
  await expectAlike(
    (x, w) => tf.dilation2d(x, w, 1, 'same'),
    [numbers.array([1, 5, 5, 2]), numbers.array([3, 3, 2])],
  );
});

const pointwise = [
  'relu',
  'relu6',
  'elu',
  'selu',
  'leakyRelu',
  'sigmoid',
  'tanh',
  'softplus',
] as const;
test.each([...pointwise, 'exp', 'square', 'abs', 'softmax', 'logSoftmax', 'erf', 'step'] as const)(
  '%s has the value and gradient of cpu',
  async (name) => {
    await expectAlike((x) => tfjs[name]!(x), [new Numbers(200).array([2, 3, 5, 4], -3, 3)]);
  },
);

const shapes = [
  [
    [2, 3, 4, 8],
    [2, 3, 4, 8],
  ],
  [[2, 3, 4, 8], [8]],
  [[2, 3, 4, 5], [5]],
  [
    [2, 3, 4, 5],
    [2, 1, 1, 5],
  ],
  [
    [2, 3, 4, 5],
    [2, 3, 4, 1],
  ],
  [[2, 3, 4, 5], []],
  [[7], [2, 3, 7]],
  [
    [2, 1, 4],
    [1, 3, 1],
  ],
] as const;
test.each(['add', 'sub', 'mul', 'div', 'pow', 'atan2'] as const)(
  '%s has the value and gradients of cpu for every way of spreading',
  async (name) => {
    const numbers = new Numbers(210);
    for (const [first, second] of shapes) {
      await expectAlike(
        (a, b) => tfjs[name]!(a, b),
        [numbers.array(first, 0.2, 2), numbers.array(second, 0.2, 2)],
      );
    }
  },
);

test('normalization over the batch has the value and gradients of cpu', async () => {
  const numbers = new Numbers(220);
  await expectAlike(
    (x, mean, variance, shift, scale) => tf.batchNorm(x, mean, variance, shift, scale, 1e-3),
    [
      numbers.array([2, 3, 4, 5]),
      numbers.array([5]),
      numbers.array([5], 0.2, 1),
      numbers.array([5]),
      numbers.array([5]),
    ],
  );
});

test('a small network trains on wasm as it trains on cpu', async () => {
  const numbers = new Numbers(230);
  const [image, truth] = [numbers.array([2, 8, 8, 1]), numbers.array([2, 8, 8, 2], 0, 1)];
  const start = [
    [3, 3, 1, 8],
    [2, 2, 4, 8],
    [3, 3, 5, 2],
  ].map((shape) => numbers.array(shape, -0.5, 0.5));
  const train = async (backend: 'cpu' | 'wasm') => {
    await prepareBackend(backend);
    const before = tf.memory().numTensors;
    const x = tf.tensor4d(image.values, [2, 8, 8, 1]);
    const target = tf.tensor4d(truth.values, [2, 8, 8, 2]);
    const weights = tf.tidy(() =>
      start.map(({ shape, values }) => tf.variable(tf.tensor(values, [...shape]))),
    );
    const optimizer = tf.train.adam(0.01);
    const losses: number[] = [];
    for (let step = 0; step < 3; step++) {
      const loss = optimizer.minimize(
        () => {
          const [down, up, last] = weights as tf.Tensor[] as [
            tf.Tensor4D,
            tf.Tensor4D,
            tf.Tensor4D,
          ];
          const narrow = tf.maxPool(tf.relu(tf.conv2d(x, down, 1, 'same')), 2, 2, 'valid');
          const wide = tf.conv2dTranspose(narrow, up, [2, 8, 8, 4], 2, 'same');
          const logits = tf.conv2d(tf.concat([wide, x], 3), last, 1, 'same');
          return tf.losses.softmaxCrossEntropy(target, logits) as tf.Scalar;
        },
        true,
        weights as tf.Variable[],
      )!;
      losses.push(loss.dataSync()[0]!);
      loss.dispose();
    }
    const numbersAfter = weights.flatMap((weight) => [...weight.dataSync()]);
    optimizer.dispose();
    tf.dispose([x, target, weights]);
    expect(tf.memory().numTensors).toBe(before);
    return [...losses, ...numbersAfter];
  };
  const expected = await train('cpu');
  const found = await train('wasm');
  expect(expected[2]).toBeLessThan(expected[0]!);
  for (const [index, number] of expected.entries()) {
    expect(Math.abs(number - found[index]!)).toBeLessThanOrEqual(1e-5 + 1e-4 * Math.abs(number));
  }
});

test('every kernel that is named is registered for wasm', async () => {
  await prepareBackend('wasm');
  for (const name of wasmTrainingKernels()) {
    expect(tf.getKernel(name, 'wasm')?.kernelName).toBe(name);
  }
});
