import * as tf from '@tensorflow/tfjs';
import { describe, expect, test } from 'vitest';
import { activate } from '../src/activation.ts';
import {
  averagePool,
  convolve,
  convolveTransposed,
  pool,
  repeatPixels,
  spaceMean,
  spaceToDepth,
} from '../src/spatial.ts';
import {
  countTensors,
  expectClose,
  expectSameGradients,
  expectSlopes,
  values,
} from './gradients.ts';

countTensors();

describe('activations', () => {
  const formulas = {
    relu: (x: tf.Tensor) => tf.relu(x),
    'leaky-relu': (x: tf.Tensor) => tf.leakyRelu(x, 0.01),
    elu: (x: tf.Tensor) => tf.elu(x),
    silu: (x: tf.Tensor) => tf.mul(x, tf.sigmoid(x)),
  };
  for (const [name, formula] of Object.entries(formulas)) {
    test(`${name} has the values and gradients of the plain formula`, () => {
      tf.tidy(() => {
        const run = (x: tf.Tensor) => activate(x, name as keyof typeof formulas);
        expectSameGradients(run, formula, [values([2, 3, 4, 2], 1)]);
      });
    });
  }
});

describe('transposed convolution', () => {
  const kernel = (space: number) => values([...Array<number>(space).fill(2), 3, 2], 2);

  test('turns each pixel into a block, the kernel times the pixel', () => {
    tf.tidy(() => {
      for (const space of [2, 3]) {
        const x = tf.tensor([1, 10], [1, ...Array<number>(space).fill(1), 2]);
        const expected = tf.sum(tf.mul(kernel(space), tf.tensor1d([1, 10])), -1);
        expectClose(tf.squeeze(convolveTransposed(x, kernel(space)), [0]), expected, 1e-5);
      }
    });
  });

  test('leaves an axis whose factor is 1, as of each plane by itself', () => {
    tf.tidy(() => {
      const x = values([2, 3, 2, 4, 2], 1);
      const whole = tf.unstack(convolveTransposed(x, kernel(3).slice(0, 1)), 1);
      const plane = tf.squeeze<tf.Tensor4D>(kernel(3).slice(0, 1), [0]);
      for (const [index, own] of tf.unstack(x, 1).entries()) {
        expectClose(whole[index]!, convolveTransposed(own, plane), 1e-5);
      }
      const wide = plane.slice([0, 0], [1, 2]);
      expect(convolveTransposed(values([1, 3, 4, 2], 1), wide).shape).toEqual([1, 3, 8, 3]);
    });
  });

  test.each([[[1, 2]], [[2, 1]], [[1, 2, 2]], [[2, 1, 2]], [[2, 2, 1]]])(
    'has its slope as gradient with the factors %j',
    (factors) => {
      tf.tidy(() => {
        const x = values([1, ...factors.map(() => 2), 2], 1);
        expectSlopes(convolveTransposed, [x, values([...factors, 3, 2], 2)]);
      });
    },
  );

  test('of a flat volume is that of its plane, times each plane of the kernel', () => {
    tf.tidy(() => {
      const x = values([2, 1, 3, 4, 2], 1);
      const volume = tf.unstack(convolveTransposed(x, kernel(3)), 1);
      tf.unstack(kernel(3), 0).forEach((plane, index) => {
        expectClose(volume[index]!, convolveTransposed(tf.squeeze(x, [1]), plane), 1e-5);
      });
    });
  });

  test.each([2, 3])('has its slope as gradient in %i-D', (space) => {
    tf.tidy(() => {
      const x = values([1, ...Array<number>(space).fill(2), 2], 1);
      expectSlopes(convolveTransposed, [x, kernel(space)]);
    });
  });
});

describe('blocks of pixels as channels', () => {
  test('are row by row, and leave an axis whose factor is 1', () => {
    tf.tidy(() => {
      const image = tf.range(0, 16).reshape([1, 2, 4, 2]);
      const found = spaceToDepth(image, [2, 2]);
      expect(found.shape).toEqual([1, 1, 2, 8]);
      expect(Array.from(found.dataSync())).toEqual([
        0, 1, 2, 3, 8, 9, 10, 11, 4, 5, 6, 7, 12, 13, 14, 15,
      ]);
      const volume = values([2, 2, 4, 6, 3], 1);
      expect(spaceToDepth(volume, [2, 2, 2]).shape).toEqual([2, 1, 2, 3, 24]);
      const planes = tf.unstack(spaceToDepth(volume, [1, 2, 2]), 1);
      for (const [index, plane] of tf.unstack(volume, 1).entries()) {
        expectClose(planes[index]!, spaceToDepth(plane, [2, 2]), 1e-9);
      }
    });
  });
});

describe('repeating pixels', () => {
  test('doubles every extent', () => {
    tf.tidy(() => {
      const x = tf.tensor4d([1, 2, 3, 4], [1, 2, 2, 1]);
      expect(Array.from(repeatPixels(x, [2, 2]).dataSync())).toEqual([
        1, 1, 2, 2, 1, 1, 2, 2, 3, 3, 4, 4, 3, 3, 4, 4,
      ]);
      expect(repeatPixels(tf.zeros([2, 3, 4, 5, 6]), [2, 2, 2]).shape).toEqual([2, 6, 8, 10, 6]);
    });
  });

  test('is undone by pooling', () => {
    tf.tidy(() => {
      for (const shape of [
        [2, 3, 2, 3],
        [2, 3, 1, 2, 3],
      ]) {
        const x = values(shape, 1);
        const all = Array<number>(shape.length - 2).fill(2);
        for (const factors of [all, all.with(0, 1), all.with(-1, 1)]) {
          expectClose(pool(repeatPixels(x, factors), factors), x, 1e-7);
        }
      }
    });
  });

  test.each([2, 3])('has its slope as gradient in %i-D', (space) => {
    tf.tidy(() => {
      const all = Array<number>(space).fill(2);
      for (const factors of [all, all.with(0, 1)]) {
        expectSlopes((x) => repeatPixels(x!, factors), [values([2, ...all, 2], 1)]);
      }
    });
  });
});

test.each([[[1, 2]], [[2, 1]], [[1, 2, 2]], [[2, 2, 1]], [[1, 2, 1]], [[2, 1, 2]], [[2, 1, 1]]])(
  'pooling by %j has the values and gradients of the largest along each axis',
  (factors) => {
    const product = (extents: readonly number[]) => extents.reduce((all, one) => all * one, 1);
    const largest = (x: tf.Tensor, axis: number, factor: number) => {
      const shape = x.shape.with(axis, x.shape[axis]! / factor);
      const before = product(shape.slice(0, axis + 1));
      return tf.reshape(tf.max(tf.reshape(x, [before, factor, -1]), 1), shape);
    };
    tf.tidy(() => {
      expectSameGradients(
        (x) => pool(x, factors),
        (x) => factors.reduce((y, factor, axis) => largest(y, axis + 1, factor), x),
        [values([2, ...factors.map(() => 4), 2], 1)],
      );
    });
  },
);

test.each([[[2, 2]], [[1, 2]], [[1, 2, 2]], [[2, 1, 2]]])(
  'the average of blocks of %j and a convolution of that stride have their slopes as gradients',
  (factors) => {
    tf.tidy(() => {
      const shape = [1, ...factors.map(() => 4), 1];
      expectSlopes((x) => averagePool(x!, factors), [values(shape, 1)]);
      const kernel = values([...factors.map(() => 3), 1, 2], 2);
      expectSlopes((x, weights) => convolve(x!, weights!, factors), [values(shape, 1), kernel]);
    });
  },
);

test('a convolution of stride 2 takes the places of one of stride 1, from the first on', () => {
  tf.tidy(() => {
    const x = values([1, 6, 8, 2], 1);
    const kernel = values([3, 3, 2, 3], 2);
    const all = convolve(x, kernel);
    expectClose(
      convolve(x, kernel, [2, 2]),
      tf.stridedSlice(all, [0, 0, 0, 0], [1, 6, 8, 3], [1, 2, 2, 1]),
      1e-4,
    );
  });
});

test('the mean over space is that of each image and channel', () => {
  tf.tidy(() => {
    expectClose(spaceMean(values([2, 3, 4, 5], 1)), tf.mean(values([2, 3, 4, 5], 1), [1, 2]), 1e-6);
    const volume = values([2, 3, 4, 2, 5], 1);
    expectClose(spaceMean(volume), tf.mean(volume, [1, 2, 3]), 1e-6);
  });
});
