import { tf } from '@raremask/tfjs';
import type { MissingGradient, Tensor } from './register.ts';

/** Sums and products along axes, and of tensors. */
export const products: readonly MissingGradient[] = [
  {
    // tfjs has one whose axes are permuted where it sums along another than the last.
    kernel: 'Cumsum',
    gradient: (dy, _, { axis, exclusive, reverse }) => ({
      x: () => tf.cumsum(dy as Tensor, Number(axis), Boolean(exclusive), !reverse),
    }),
  },
  {
    kernel: 'Cumprod',
    inputs: ['x'],
    gradient: (dy, [x], { axis, exclusive, reverse }) => ({
      x: () => ofCumprod(x!, dy as Tensor, Number(axis), Boolean(exclusive), Boolean(reverse)),
    }),
  },
  {
    kernel: 'Prod',
    inputs: ['x'],
    gradient: (dy, [x], { axis }) => ({ x: () => ofProd(x!, dy as Tensor, axis) }),
  },
  {
    kernel: 'Einsum',
    allInputs: true,
    gradient: (dy, saved, { equation }) =>
      Object.fromEntries(
        saved.map((_, index) => [
          `${index}`,
          () => ofEinsum(dy as Tensor, saved, String(equation), index),
        ]),
      ),
  },
];

/** The product of all others, which are multiplied from both ends: no division, so zeros are no matter. */
function ofProd(x: Tensor, dy: Tensor, axis: unknown): Tensor {
  const axes = tf.util.parseAxisParam(axis as number | number[], x.shape);
  const rest = x.shape.map((_, at) => at).filter((at) => !axes.includes(at));
  const order = [...rest, ...axes];
  const kept = rest.map((at) => x.shape[at]!);
  const turned = tf.transpose(x, order);
  const rows = tf.reshape(turned, [...kept, -1]);
  const last = kept.length;
  const others = tf.mul(tf.cumprod(rows, last, true, false), tf.cumprod(rows, last, true, true));
  const slopes = tf.mul(others, tf.reshape(dy, [...kept, 1]));
  return tf.transpose(tf.reshape(slopes, turned.shape), inverse(order));
}

/**
 * Of y_i = x_1 ... x_i: the slope of x_i is that of all later products, x_1 ... x_{i-1} S_i with
 * S_i = dy_i + x_{i+1} S_{i+1}. Each step of the loop joins sums twice as long as the one before; nothing is
 * divided, so zeros are no matter.
 */
function ofCumprod(
  x: Tensor,
  dy: Tensor,
  axis: number,
  exclusive: boolean,
  reverse: boolean,
): Tensor {
  if (reverse) {
    const [turned, turnedDy] = [tf.reverse(x, axis), tf.reverse(dy, axis)];
    return tf.reverse(ofCumprod(turned, turnedDy, axis, exclusive, false), axis);
  }
  const extent = x.shape[axis < 0 ? axis + x.rank : axis]!;
  let factors = ahead(x, axis, 1);
  let sums = exclusive ? ahead(dy, axis, 1) : dy;
  for (let by = 1; by < extent; by *= 2) {
    sums = tf.add(sums, tf.mul(factors, ahead(sums, axis, by)));
    factors = tf.mul(factors, ahead(factors, axis, by));
  }
  return tf.mul(tf.cumprod(x, axis, true), sums);
}

/** Every element is the one that lay so far behind it; at the end come zeros. */
function ahead(x: Tensor, axis: number, by: number): Tensor {
  const at = axis < 0 ? axis + x.rank : axis;
  const begin = x.shape.map((_, index) => (index === at ? Math.min(by, x.shape[at]!) : 0));
  const size = x.shape.map((extent, index) => extent - begin[index]!);
  const pads = x.shape.map((_, index): [number, number] => [0, begin[index]!]);
  return tf.pad(tf.slice(x, begin, size), pads);
}

/** What is summed with the other operands; axes that only this operand has get the same slope throughout. */
function ofEinsum(
  dy: Tensor,
  operands: readonly Tensor[],
  equation: string,
  index: number,
): Tensor {
  const [left, result] = equation.replaceAll(/\s/g, '').split('->') as [string, string];
  const names = left.split(',');
  const own = names[index]!;
  const others = names.flatMap((name, at) =>
    at === index ? [] : [{ name, tensor: operands[at]! }],
  );
  const known = new Set([...result, ...others.flatMap(({ name }) => [...name])]);
  const reached = [...own].filter((axis) => known.has(axis)).join('');
  const summed = product([{ name: result, tensor: dy }, ...others], reached);
  const { shape } = operands[index]!;
  const open = shape.map((extent, axis) => (known.has(own[axis]!) ? extent : 1));
  return tf.mul(tf.reshape(summed, open), tf.ones(shape));
}

/** tf.einsum of one or two tensors and any number of scalars, which have no axis to be named by. */
function product(
  operands: readonly { readonly name: string; readonly tensor: Tensor }[],
  result: string,
): Tensor {
  const named = operands.filter(({ name }) => name !== '');
  const equation = `${named.map(({ name }) => name).join(',')}->${result}`;
  const whole =
    named.length === 0 ? tf.scalar(1) : tf.einsum(equation, ...named.map(({ tensor }) => tensor));
  return operands
    .filter(({ name }) => name === '')
    .reduce((sum: Tensor, { tensor }) => tf.mul(sum, tensor), whole);
}

function inverse(order: readonly number[]): number[] {
  return order.map((_, axis) => order.indexOf(axis));
}
