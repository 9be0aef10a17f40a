import * as tf from '@tensorflow/tfjs';
import { type Case, float, gradients, one, ties } from '../comparison.ts';

type Pad = 'same' | 'valid' | number;

const PLANE: readonly (readonly [
  readonly number[],
  number | [number, number],
  number | [number, number],
  Pad,
])[] = [
  [[2, 6, 8, 3], 2, 2, 'same'],
  [[2, 6, 8, 3], 2, 2, 'valid'],
  [[2, 7, 5, 3], 2, 2, 'same'],
  [[2, 7, 5, 3], 2, 2, 'valid'],
  [[1, 6, 9, 4], 3, 3, 'same'],
  [[1, 6, 9, 4], [3, 1], [3, 1], 'valid'],
  [[1, 7, 6, 4], 3, 1, 'same'],
  [[1, 7, 6, 4], 3, 2, 'same'],
  [[1, 7, 6, 4], 3, 2, 'valid'],
  [[1, 7, 6, 4], 3, 2, 1],
  [[2, 4, 5, 3], [4, 5], 1, 'valid'],
  [[1, 7, 7, 2], 1, 2, 'valid'],
  [[2, 5, 5, 2], 1, 1, 'same'],
];

const VOLUME: readonly (readonly [readonly number[], number, number, 'same' | 'valid'])[] = [
  [[2, 4, 2, 6, 3], 2, 2, 'same'],
  [[1, 5, 4, 3, 2], 2, 2, 'same'],
  [[1, 5, 4, 3, 2], 2, 2, 'valid'],
  [[1, 4, 4, 3, 2], 3, 1, 'same'],
];

export const poolingCases: readonly Case[] = [
  ...PLANE.flatMap(([image, size, stride, pad]) =>
    Object.entries({ maxPool: tf.maxPool, avgPool: tf.avgPool }).flatMap(([name, pool]) => {
      const run: Case['run'] = (x) => pool(x as tf.Tensor4D, size, stride, pad as 'same');
      const title = `${name} of [${image.join()}] by ${size}, stride ${stride}, ${pad}`;
      return [
        one(title, [float(image)], run),
        gradients(title, [float(image)], run),
        gradients(`${title}, with ties`, [ties(image, 0, 1)], run),
      ];
    }),
  ),
  ...VOLUME.flatMap(([image, size, stride, pad]) =>
    Object.entries({ maxPool3d: tf.maxPool3d, avgPool3d: tf.avgPool3d }).flatMap(([name, pool]) => {
      const run: Case['run'] = (x) => pool(x as tf.Tensor5D, size, stride, pad);
      const title = `${name} of [${image.join()}] by ${size}, stride ${stride}, ${pad}`;
      return [
        one(title, [float(image)], run),
        gradients(title, [float(image)], run),
        gradients(`${title}, with ties`, [ties(image, 0, 1)], run),
      ];
    }),
  ),
];
