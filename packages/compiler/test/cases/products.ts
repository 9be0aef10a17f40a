import * as tf from '@tensorflow/tfjs';
import { type Case, float, gradients, one } from '../comparison.ts';

const TURNED = [false, true];

function turnedShape(shape: readonly number[], turned: boolean): number[] {
  const [rows, columns] = shape.slice(-2) as [number, number];
  return turned ? [...shape.slice(0, -2), columns, rows] : [...shape];
}

const SHAPES: readonly (readonly [readonly number[], readonly number[]])[] = [
  [
    [3, 4],
    [4, 5],
  ],
  [
    [2, 3, 4],
    [2, 4, 5],
  ],
  [
    [2, 2, 3, 4],
    [2, 2, 4, 5],
  ],
  [
    [1, 3, 4],
    [2, 4, 5],
  ],
  [
    [2, 3, 4],
    [1, 4, 5],
  ],
  [
    [2, 3, 4],
    [4, 5],
  ],
];

const EQUATIONS: readonly (readonly [string, readonly (readonly number[])[]])[] = [
  [
    'ij,jk->ik',
    [
      [3, 4],
      [4, 5],
    ],
  ],
  [
    'bhwc,cd->bhwd',
    [
      [2, 3, 2, 4],
      [4, 5],
    ],
  ],
  [
    'bnc,bmc->bnm',
    [
      [2, 3, 4],
      [2, 5, 4],
    ],
  ],
  ['ij->ji', [[3, 4]]],
  ['ijk->', [[3, 4, 2]]],
  [
    'ij,ij->i',
    [
      [3, 4],
      [3, 4],
    ],
  ],
];

export const productCases: readonly Case[] = [
  ...SHAPES.flatMap(([a, b]) =>
    TURNED.flatMap((left) =>
      TURNED.flatMap((right) => {
        const name = `matMul of [${a.join()}] and [${b.join()}], ${left}, ${right}`;
        const inputs = [float(turnedShape(a, left)), float(turnedShape(b, right))];
        const run: Case['run'] = (x, y) => tf.matMul(x!, y!, left, right);
        // tfjs does not sum gradients over batches that have been spread.
        const alike = a.slice(0, -2).join() === b.slice(0, -2).join();
        return alike
          ? [one(name, inputs, run), gradients(name, inputs, run)]
          : [one(name, inputs, run)];
      }),
    ),
  ),
  one('dot of vectors', [float([4]), float([4])], (a, b) => tf.dot(a!, b!)),
  gradients('a dense layer', [float([3, 4]), float([4, 5]), float([5])], (x, weights, bias) =>
    tf.relu(tf.add(tf.matMul(x!, weights!), bias!)),
  ),
  ...(['linear', 'relu', 'elu', 'sigmoid', 'relu6'] as const).map((activation) =>
    one(
      `fused matMul with ${activation}`,
      [float([3, 4]), float([5, 4]), float([5])],
      (a, b, bias) => tf.fused.matMul({ a: a!, b: b!, transposeB: true, bias: bias!, activation }),
    ),
  ),
  ...EQUATIONS.map(([equation, shapes]) =>
    one(
      `einsum ${equation}`,
      shapes.map((shape) => float(shape)),
      (...all) => tf.einsum(equation, ...all),
    ),
  ),
];
