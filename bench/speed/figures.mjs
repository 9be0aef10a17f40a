/** What the tables of the benchmarks are made of. */

export function median(values) {
  return (
    values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)] ?? Number.NaN
  );
}

/** Right-aligned; a dash for what there is none of. */
export function column(value, width, digits = 0) {
  const isThere = value !== undefined && value !== null && !Number.isNaN(value);
  return (isThere ? value.toFixed(digits) : '-').padStart(width);
}

export function ms(seconds, width) {
  return column(1000 * seconds, width, seconds < 0.02 ? 1 : 0);
}
