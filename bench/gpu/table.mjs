import { column, median, ms } from '../speed/figures.mjs';

/** Columns of a shape's table. */
export const HEAD =
  '                             train ms   GFLOP/s  infer ms   first s | memory, MiB: process  training  estimate    GPU';

/** What measures, as a row begins. */
export function label({ backend, precision }) {
  return `  ${backend} ${precision}`.padEnd(27);
}

/**
 * Medians of measurements as a row.
 *
 * @param operations floating-point operations of a training step
 */
export function lineOf(row, results, operations) {
  const of = (name) => median(results.flatMap((one) => one[name] ?? []));
  const train = of('train');
  return [
    label(row),
    ms(train, 8),
    column(operations / train / 1e9, 9, operations / train < 1e10 ? 2 : 0),
    ms(of('infer'), 9),
    column(of('first'), 9, 1),
    '|',
    column(of('memory'), 20),
    column(of('trained'), 9),
    column(of('estimate'), 9),
    column(of('gpu'), 6),
    ...(results[0].form ? [` ${results[0].form}`] : []),
  ].join(' ');
}
