/**
 * How far a step may be from the processor's in float32. With fewer bits some pixels fall on the other side of a ReLU
 * or another one is the largest of a pooling, and single gradients differ by a tenth: moving the weights by 5e-4 of
 * themselves does the same in float32. So what is held then is the gradient as a whole.
 */
export const TOLERANCES = { float32: 1e-4, tf32: 0.1, float16: 0.1 };

/**
 * Weights whose gradients are all smaller than this share of the largest of all are noise around zero: what is left
 * of sums that cancel out.
 */
const NOISE = 1e-4;

/**
 * How far a step is from another. In float32 the largest difference: of the loss, relative to it, and of each weight's
 * gradient, relative to the largest number of the same. With fewer bits the length of the difference of all gradients,
 * relative to theirs, or the loss's difference a hundredfold, where that is more.
 *
 * @returns the difference and what it was found in
 */
export function difference(expected, found, precision) {
  const loss = Math.abs(found.loss - expected.loss) / Math.abs(expected.loss);
  // JSON has null for what is not finite.
  const hasNumbers =
    Number.isFinite(found.loss) &&
    found.gradients.every(({ values }) => values.every((value) => Number.isFinite(value)));
  if (!hasNumbers) return { of: 'numbers that are not finite', apart: Number.POSITIVE_INFINITY };
  const parts =
    precision === 'float32'
      ? [{ of: 'the loss', apart: loss }, ...byWeight(expected, found)]
      : [
          { of: 'the loss, a hundredfold', apart: 100 * loss },
          { of: 'the whole gradient', apart: ofAll(expected, found) },
        ];
  return parts.reduce((most, one) => (one.apart <= most.apart ? most : one));
}

function byWeight(expected, found) {
  const largest = (values) => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const least = NOISE * Math.max(...expected.gradients.map(({ values }) => largest(values)));
  return expected.gradients.map(({ name, values }, index) => {
    const others = found.gradients[index].values;
    const apart = values.reduce(
      (most, value, at) => Math.max(most, Math.abs(value - others[at])),
      0,
    );
    return { of: name, apart: apart / Math.max(largest(values), least) };
  });
}

function ofAll(expected, found) {
  const all = ({ gradients }) => gradients.flatMap(({ values }) => values);
  const [numbers, others] = [all(expected), all(found)];
  const length = (of) => Math.sqrt(numbers.reduce((sum, _, at) => sum + of(at) ** 2, 0));
  return length((at) => numbers[at] - others[at]) / length((at) => numbers[at]);
}
