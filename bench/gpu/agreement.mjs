/** How far a gradient may be from the processor's in float32, as a share of the largest number of the same weight's. */
export const TOLERANCES = { float32: 1e-4, tf32: 5e-2, float16: 5e-2 };

/**
 * Weights whose gradients are all smaller than this share of the largest of all are noise around zero: what is left
 * of sums that cancel out.
 */
const NOISE = 1e-4;

/**
 * The largest difference of two steps: of the loss, relative to it, and of each weight's gradient, relative to the
 * largest number of the same.
 *
 * @returns the difference and what it was found in
 */
export function difference(expected, found) {
  const largest = (values) => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const least = NOISE * Math.max(...expected.gradients.map(({ values }) => largest(values)));
  const all = [
    { of: 'the loss', apart: Math.abs(found.loss - expected.loss) / Math.abs(expected.loss) },
    ...expected.gradients.map(({ name, values }, index) => {
      const others = found.gradients[index].values;
      const scale = Math.max(largest(values), least);
      // JSON has null for what is not finite.
      const apart = values.reduce(
        (most, value, at) =>
          others[at] === null ? Number.POSITIVE_INFINITY : Math.max(most, Math.abs(value - others[at])),
        0,
      );
      return { of: name, apart: apart / scale };
    }),
  ];
  return all.reduce((most, one) => (one.apart <= most.apart ? most : one));
}
