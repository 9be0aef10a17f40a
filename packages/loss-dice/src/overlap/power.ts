import { tf } from '@raremask/tfjs';

/** Added to what is raised, so that the slope is finite at 0 for exponents below 1. */
const GUARD = 1e-7;

/** A number that is not negative, to a power. Rounding below 0 counts as 0. */
export function power<T extends tf.Tensor>(base: T, exponent: number): T {
  return exponent === 1 ? base : tf.pow(tf.add(tf.relu(base), GUARD), exponent);
}
