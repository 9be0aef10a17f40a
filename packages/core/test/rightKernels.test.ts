import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, test } from 'vitest';
import { completeGradients } from '../src/loss/index.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
  completeGradients();
});

/** x[i, j, k] is its place when read in one row: 12 i + 4 j + k. */
const x = () => tf.reshape(tf.range(0, 24), [2, 3, 4]);

test.each([
  [
    'the first axis less, in steps',
    [
      [1, 0, 0],
      [2, 3, 4],
      [1, 2, 1],
    ],
    [0, 0, 1],
    [
      [12, 13, 14, 15],
      [20, 21, 22, 23],
    ],
  ],
  [
    'the last axis less, in steps',
    [
      [0, 0, 1],
      [2, 3, 2],
      [1, 2, 1],
    ],
    [0, 0, 4],
    [
      [1, 9],
      [13, 21],
    ],
  ],
  [
    'counted from behind',
    [
      [-1, 0, 0],
      [0, 3, 4],
      [1, 2, 1],
    ],
    [0, 0, 1],
    [
      [12, 13, 14, 15],
      [20, 21, 22, 23],
    ],
  ],
  [
    'backwards to the first',
    [
      [1, 2, 0],
      [2, 0, 4],
      [1, -1, 3],
    ],
    [2, 0, 1],
    [
      [20, 23],
      [16, 19],
      [12, 15],
    ],
  ],
  [
    'an axis more, in steps',
    [
      [0, 0, 0, 0],
      [1, 2, 3, 4],
      [1, 1, 2, 3],
    ],
    [0, 1, 0],
    [
      [
        [
          [0, 3],
          [8, 11],
        ],
        [
          [12, 15],
          [20, 23],
        ],
      ],
    ],
  ],
  [
    'no axis less',
    [
      [0, 0, 0],
      [2, 3, 4],
      [1, 2, 3],
    ],
    [0, 0, 0],
    [
      [
        [0, 3],
        [8, 11],
      ],
      [
        [12, 15],
        [20, 23],
      ],
    ],
  ],
] as const)(
  'a strided slice with %s takes the elements that it names',
  (_, bounds, masks, expected) => {
    const [begin, end, strides] = bounds.map((one) => [...one]) as [number[], number[], number[]];
    const [endMask, newAxis, shrink] = masks;
    const before = tf.memory().numTensors;
    const found = tf.tidy(() =>
      tf.stridedSlice(x(), begin, end, strides, 0, endMask, 0, newAxis, shrink).arraySync(),
    );
    expect(found).toEqual(expected);
    expect(tf.memory().numTensors).toBe(before);
  },
);
