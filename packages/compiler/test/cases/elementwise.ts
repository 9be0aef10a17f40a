import * as tf from '@tensorflow/tfjs';
import { bools, type Case, float, given, gradients, one, ties, whole } from '../comparison.ts';

const SHAPES: readonly (readonly [readonly number[], readonly number[]])[] = [
  [
    [2, 3, 4, 5],
    [2, 3, 4, 5],
  ],
  [[2, 3, 4, 5], [5]],
  [
    [2, 3, 1, 5],
    [1, 4, 1],
  ],
  [[], [3, 2]],
  [
    [2, 1, 3, 2, 4],
    [3, 1, 1],
  ],
];

type Binary = (a: tf.Tensor, b: tf.Tensor) => tf.Tensor;

const NUMERIC: Readonly<Record<string, Binary>> = {
  add: tf.add,
  sub: tf.sub,
  mul: tf.mul,
  maximum: tf.maximum,
  minimum: tf.minimum,
  squaredDifference: tf.squaredDifference,
  equal: tf.equal,
  notEqual: tf.notEqual,
  less: tf.less,
  lessEqual: tf.lessEqual,
  greater: tf.greater,
  greaterEqual: tf.greaterEqual,
};

const DIVISIONS: Readonly<Record<string, Binary>> = {
  div: tf.div,
  floorDiv: tf.floorDiv,
  mod: tf.mod,
};

const LOGICAL: Readonly<Record<string, Binary>> = {
  logicalAnd: tf.logicalAnd,
  logicalOr: tf.logicalOr,
};

/** Functions of one float, with the range on which they are defined. */
const UNARY: Readonly<Record<string, readonly [(x: tf.Tensor) => tf.Tensor, number, number]>> = {
  neg: [tf.neg, -2, 2],
  abs: [tf.abs, -2, 2],
  exp: [tf.exp, -3, 3],
  log: [tf.log, 0.1, 4],
  sqrt: [tf.sqrt, 0.1, 4],
  rsqrt: [tf.rsqrt, 0.1, 4],
  square: [tf.square, -2, 2],
  sigmoid: [tf.sigmoid, -6, 6],
  tanh: [tf.tanh, -3, 3],
  sin: [tf.sin, -4, 4],
  cos: [tf.cos, -4, 4],
  tan: [tf.tan, -1.2, 1.2],
  asin: [tf.asin, -0.9, 0.9],
  acos: [tf.acos, -0.9, 0.9],
  atan: [tf.atan, -4, 4],
  sinh: [tf.sinh, -3, 3],
  cosh: [tf.cosh, -3, 3],
  asinh: [tf.asinh, -3, 3],
  acosh: [tf.acosh, 1.1, 4],
  atanh: [tf.atanh, -0.9, 0.9],
  erf: [tf.erf, -2, 2],
  reciprocal: [tf.reciprocal, 0.2, 3],
  expm1: [tf.expm1, -1, 1],
  log1p: [tf.log1p, -0.5, 2],
  softplus: [tf.softplus, -30, 30],
  relu: [tf.relu, -2, 2],
  relu6: [tf.relu6, -3, 9],
  elu: [tf.elu, -2, 2],
  selu: [tf.selu, -2, 2],
  leakyRelu: [(x) => tf.leakyRelu(x, 0.1), -2, 2],
  step: [(x) => tf.step(x, 0.3), -2, 2],
  clipByValue: [(x) => tf.clipByValue(x, -0.5, 1), -2, 2],
  logSigmoid: [tf.logSigmoid, -6, 6],
};

/** Those of which tfjs has no gradient, or whose result is not a float. */
const WITHOUT_GRADIENT: Readonly<
  Record<string, readonly [(x: tf.Tensor) => tf.Tensor, number, number]>
> = {
  floor: [tf.floor, -4, 4],
  ceil: [tf.ceil, -4, 4],
  round: [tf.round, -4, 4],
  sign: [tf.sign, -4, 4],
  isNaN: [tf.isNaN, -4, 4],
};

const WHOLE_UNARY: Readonly<Record<string, (x: tf.Tensor) => tf.Tensor>> = {
  neg: tf.neg,
  abs: tf.abs,
  sign: tf.sign,
  square: tf.square,
  relu: tf.relu,
  clipByValue: (x) => tf.clipByValue(x, -2, 3),
  exp: tf.exp,
  step: tf.step,
  round: tf.round,
  leakyRelu: (x) => tf.leakyRelu(x, 0.25),
  isFinite: tf.isFinite,
  isNaN: tf.isNaN,
  isInf: tf.isInf,
  softplus: tf.softplus,
  relu6: tf.relu6,
  reciprocal: (x) => tf.reciprocal(tf.add(x, tf.scalar(7, 'int32'))),
  expm1: tf.expm1,
  log1p: (x) => tf.log1p(tf.abs(x)),
  erf: tf.erf,
};

const described = (name: string, a: readonly number[], b: readonly number[]) =>
  `${name} of [${a.join()}] and [${b.join()}]`;

export const elementwiseCases: readonly Case[] = [
  ...Object.entries(NUMERIC).flatMap(([name, run]) =>
    SHAPES.flatMap(([a, b]) => [
      one(described(name, a, b), [ties(a), ties(b)], run as Case['run']),
      one(described(`${name} of integers`, a, b), [whole(a), whole(b)], run as Case['run']),
    ]),
  ),
  ...Object.entries(DIVISIONS).flatMap(([name, run]) => [
    one(`${name} of both signs`, [float([2, 3, 4]), float([2, 3, 1], 0.3, 2)], (a, b) => [
      run(a!, b!),
      run(a!, tf.neg(b!)),
    ]),
    one(
      `${name} of integers of both signs`,
      [whole([2, 3, 4], -9, 9), whole([2, 3, 1], 1, 4)],
      (a, b) => [run(a!, b!), run(a!, tf.neg(b!))],
    ),
  ]),
  ...Object.entries(LOGICAL).flatMap(([name, run]) =>
    SHAPES.map(([a, b]) => one(described(name, a, b), [bools(a), bools(b)], run as Case['run'])),
  ),
  one('logicalNot', [bools([2, 3, 4])], (x) => tf.logicalNot(x!)),
  one('logicalXor', [bools([2, 3, 4]), bools([4])], (a, b) => tf.logicalXor(a!, b!)),
  one('comparisons of bools', [bools([2, 3, 4]), bools([4])], (a, b) => [
    tf.equal(a!, b!),
    tf.notEqual(a!, b!),
    tf.less(a!, b!),
    tf.greaterEqual(a!, b!),
  ]),
  one('pow', [float([2, 3, 4], 0.1, 3), float([3, 1], -2, 2)], (a, b) => tf.pow(a!, b!)),
  one('pow of integers', [whole([2, 3, 4], -3, 3), whole([3, 1], 0, 3)], (a, b) => tf.pow(a!, b!)),
  gradients('pow', [float([2, 3, 4], 0.1, 3), float([3, 1], -2, 2)], (a, b) => tf.pow(a!, b!)),
  one('atan2', [ties([3, 4, 5]), ties([3, 4, 5])], (a, b) => tf.atan2(a!, b!)),
  gradients('atan2', [float([3, 4]), float([3, 1])], (a, b) => tf.atan2(a!, b!)),
  ...(['add', 'sub', 'mul'] as const).flatMap((name) =>
    SHAPES.map(([a, b]) =>
      gradients(described(name, a, b), [ties(a), ties(b)], NUMERIC[name] as Case['run']),
    ),
  ),
  // tfjs does not sum these over what has been spread.
  ...(['maximum', 'minimum', 'squaredDifference'] as const).map((name) =>
    gradients(name, [ties([2, 3, 4]), ties([2, 3, 4])], NUMERIC[name] as Case['run']),
  ),
  gradients('div', [float([2, 3, 4, 5]), float([5], 0.3, 2)], (a, b) => tf.div(a!, b!)),
  one('divNoNan', [float([2, 3, 4, 5]), ties([5])], (a, b) => tf.divNoNan(a!, b!)),
  gradients('mod', [float([2, 3, 4, 5]), float([5], 0.3, 2)], (a, b) => tf.mod(a!, b!)),
  ...Object.entries({ ...UNARY, ...WITHOUT_GRADIENT }).map(([name, [run, low, high]]) =>
    one(name, [float([2, 3, 2, 5], low, high)], (x) => run(x!)),
  ),
  ...Object.entries(UNARY).map(([name, [run, low, high]]) =>
    gradients(name, [float([2, 3, 2, 5], low, high)], (x) => run(x!)),
  ),
  ...Object.entries(WHOLE_UNARY).map(([name, run]) =>
    one(`${name} of integers`, [whole([2, 3, 5])], (x) => run(x!)),
  ),
  one(
    'round and signs of halves',
    [given([9], [-2.5, -1.5, -0.5, 0, 0.5, 1.5, 2.5, 3.49, -3.51])],
    (x) => [tf.round(x!), tf.sign(x!), tf.ceil(x!), tf.floor(x!)],
  ),
  one('what is not finite', [given([2, 4], [Number.NaN, 1 / 0, -1 / 0, 0, 1])], (x) => [
    tf.isNaN(x!),
    tf.isInf(x!),
    tf.isFinite(x!),
    tf.relu(x!),
    tf.abs(x!),
    tf.where(tf.isFinite(x!), x!, tf.zerosLike(x!)),
  ]),
  one('extremes', [given([6], [-90, -20, 0, 1e-6, 20, 90])], (x) => [
    tf.softplus(x!),
    tf.sigmoid(x!),
    tf.tanh(x!),
    tf.logSigmoid(x!),
    tf.expm1(tf.minimum(x!, 10)),
    tf.log1p(tf.abs(x!)),
  ]),
  one('prelu', [float([2, 3, 4, 5]), float([5])], (x, alpha) => tf.prelu(x!, alpha!)),
  gradients('prelu', [float([2, 3, 4, 5]), float([5])], (x, alpha) => tf.prelu(x!, alpha!)),
  gradients('prelu with a slope for each pixel', [float([2, 3, 4]), float([3, 4])], (x, alpha) =>
    tf.prelu(x!, alpha!),
  ),
  one('where', [bools([2, 3, 4]), float([2, 3, 4]), float([4])], (c, a, b) => tf.where(c!, a!, b!)),
  one('where of integers', [bools([2, 3]), whole([2, 3]), whole([2, 3])], (c, a, b) =>
    tf.where(c!, a!, b!),
  ),
  gradients('where', [bools([2, 3, 4]), float([2, 3, 4]), float([2, 3, 4])], (c, a, b) =>
    tf.where(c!, a!, b!),
  ),
  one('addN', [float([2, 3, 4]), float([2, 3, 4]), float([2, 3, 4])], (...all) => tf.addN(all)),
  one('addN of one', [float([2, 3, 4])], (...all) => tf.addN(all)),
  gradients('addN', [float([2, 3, 4]), float([2, 3, 4])], (...all) => tf.addN(all)),
  one('addN of integers', [whole([2, 3]), whole([2, 3])], (...all) => tf.addN(all)),
  ...(['float32', 'int32', 'bool'] as const).map((to) =>
    one(`casts to ${to}`, [float([2, 3, 4]), whole([2, 3, 4], -1, 1), bools([4])], (...all) =>
      all.map((x) => tf.cast(x, to)),
    ),
  ),
  one('sums with bools and integers', [bools([2, 3]), whole([2, 3]), float([3])], (a, b, c) => [
    tf.add(a!, b!),
    tf.mul(a!, c!),
    tf.sub(b!, c!),
    tf.div(b!, tf.add(tf.abs(b!), tf.scalar(1, 'int32'))),
  ]),
  one('a chain with neutral operands', [float([2, 3, 4, 5])], (x) => [
    tf.add(tf.mul(x!, tf.onesLike(x!)), tf.zerosLike(x!)),
    tf.sub(tf.div(x!, tf.scalar(1)), tf.scalar(0)),
    tf.add(tf.scalar(0), x!),
  ]),
];
