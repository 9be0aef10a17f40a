import { type MissingGradient, noSlope } from './register.ts';

/** Kernels of two operands whose results are true or false. */
const OF_TWO = ['Equal', 'NotEqual', 'Greater', 'Less', 'LessEqual', 'LogicalAnd', 'LogicalOr'];

/** Kernels of one operand, by the name of it. */
const OF_ONE = [
  ['LogicalNot', 'x'],
  ['All', 'x'],
  ['Any', 'x'],
] as const;

/**
 * Comparisons are steps, whose slope is 0 wherever there is one. tfjs says so of GreaterEqual and of
 * no other; a mask that a loss makes of its probabilities is a constant with all of them now.
 */
export const comparisons: readonly MissingGradient[] = [
  ...OF_TWO.map(
    (kernel): MissingGradient => ({
      kernel,
      inputs: ['a', 'b'],
      gradient: (_, [a, b]) => ({ a: () => noSlope(a!.shape), b: () => noSlope(b!.shape) }),
    }),
  ),
  ...OF_ONE.map(
    ([kernel, input]): MissingGradient => ({
      kernel,
      inputs: [input],
      gradient: (_, [x]) => ({ [input]: () => noSlope(x!.shape) }),
    }),
  ),
];
