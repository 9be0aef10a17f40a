import { expect, test } from 'vitest';
import { ChosenImages } from '../src/chosenImages.ts';
import { histogramOf } from '../src/histogram.ts';
import { drawOverlay } from '../src/overlay.ts';
import { PrCurve, THRESHOLDS } from '../src/prCurve.ts';
import { image } from './run.ts';

test('a histogram counts every finite value once, in bins of equal width', () => {
  const counted = histogramOf(Float32Array.of(0, 1, 1, 3, Number.NaN, Number.POSITIVE_INFINITY))!;
  expect(counted).toMatchObject({ min: 0, max: 3, count: 4, sum: 5, sumOfSquares: 11 });
  // Bins of 0.1: 0 lies in the first, 1 in the eleventh, 3 ends the last.
  expect(counted.counts.flatMap((count, bin) => (count > 0 ? [[bin, count]] : []))).toEqual([
    [0, 1],
    [10, 2],
    [29, 1],
  ]);
  expect(counted.limits.at(-1)).toBe(3);
  expect(counted.limits[0]).toBeCloseTo(0.1, 6);
});

test('a histogram of equal values has one bin, and one of nothing does not exist', () => {
  expect(histogramOf(Float32Array.of(2, 2))).toMatchObject({ limits: [2], counts: [2] });
  expect(histogramOf(Float32Array.of(Number.NaN))).toBeUndefined();
});

/** Rows of the curve at a threshold. */
function rowsAt(curve: PrCurve, threshold: number): number[] {
  const { tensor } = curve.value('curve') as unknown as { tensor: { content: Uint8Array } };
  const { buffer, byteOffset, length } = tensor.content;
  const numbers = new Float32Array(buffer, byteOffset, length / 4);
  const at = Math.round(threshold * (THRESHOLDS - 1));
  return Array.from({ length: 6 }, (_, row) => numbers[row * THRESHOLDS + at]!);
}

test('a curve counts hits, alarms, the quiet rest and misses at each threshold', () => {
  const curve = new PrCurve();
  curve.add(image('a', 1, [0.9, 0.3, 0.6, 0.1]));
  curve.add(image('b', 1, [0, 0, 0.7, 0], true));
  // At 0.5: hit 0.9; alarms 0.6 and 0.7; of 6 background pixels 4 quiet; miss 0.3.
  const expected = [1, 2, 4, 1, 1 / 3, 1 / 2];
  for (const [row, value] of rowsAt(curve, 0.5).entries()) {
    expect(value).toBeCloseTo(expected[row]!, 6);
  }
  expect(rowsAt(curve, 0).slice(0, 4)).toEqual([2, 6, 0, 0]);
  expect(rowsAt(curve, 1)).toEqual([0, 0, 6, 2, 0, 0]);
});

test('a curve leaves out pixels that are not judged, and does not exist without foreground', () => {
  const curve = new PrCurve();
  const empty = image('a', 1, [0.9, 0.9, 0.9, 0.9], true);
  curve.add({ ...empty, truth: Uint8Array.of(255, 255, 0, 0) });
  expect(curve.value('curve')).toBeUndefined();
  curve.add({ ...empty, truth: Uint8Array.of(255, 255, 255, 1) });
  expect(rowsAt(curve, 0.5).slice(0, 4)).toEqual([1, 2, 0, 0]);
});

test('a pixel of several overlapping classes is foreground where one of them is', () => {
  const curve = new PrCurve();
  // Two classes: both, the second, neither, not judged.
  const truth = Uint8Array.of(1, 1, 0, 1, 0, 0, 255, 0);
  curve.add({ ...image('a', 1, [0.9, 0.9, 0.9, 0.9]), truth, predicted: truth });
  expect(rowsAt(curve, 0.5).slice(0, 4)).toEqual([2, 1, 0, 0]);
});

test('the same images are shown in every epoch, most of them with foreground', () => {
  const chosen = new ChosenImages(4);
  const shown = (epoch: number) =>
    ['e1', 'f1', 'e2', 'f2', 'f3', 'f4', 'e3']
      .filter((id) => chosen.shows(image(id, epoch, [0, 0, 0, 0], id.startsWith('e'))))
      .join(' ');
  expect(shown(1)).toBe('e1 f1 f2 f3');
  expect(shown(2)).toBe('e1 f1 f2 f3');
});

test('an overlay has the outline of the truth on the left and of the prediction on the right', () => {
  const size = [16, 16];
  const square = (from: number, to: number) =>
    Uint8Array.from({ length: 256 }, (_, pixel) => {
      const [y, x] = [Math.floor(pixel / 16), pixel % 16];
      return y >= from && y < to && x >= from && x < to ? 1 : 0;
    });
  const { width, height, data } = drawOverlay({
    ...image('a', 1, []),
    size,
    image: new Uint8Array(256).fill(9),
    truth: square(4, 8),
    predicted: square(8, 12),
  });
  // 16 pixels are enlarged 12 times to 192; two panels and a gap of 4.
  expect([width, height]).toEqual([192 + 4 + 192, 192]);
  const colour = (row: number, column: number) =>
    [...data.subarray((row * width + column) * 3)].slice(0, 3);
  expect(colour(4 * 12, 4 * 12)).toEqual([0, 224, 120]);
  expect(colour(8 * 12, 196 + 8 * 12)).toEqual([255, 72, 214]);
  // The image is seen inside of the outline, and where the other panel has its own.
  expect(colour(6 * 12, 6 * 12)).toEqual([0, 0, 0]);
  expect(colour(8 * 12, 8 * 12)).toEqual([0, 0, 0]);
});

test('a volume shows the slice with most foreground', () => {
  const truth = Uint8Array.of(0, 0, 1, 1, 1, 0);
  const picture = drawOverlay({
    ...image('a', 1, []),
    size: [3, 1, 2],
    image: Uint8Array.of(0, 0, 0, 255, 0, 0),
    truth,
    predicted: new Uint8Array(6),
  });
  // Two pixels are enlarged 96 times; the second slice is dark on the left and bright on the right.
  const right = picture.data.subarray((196 + 96) * 3, (196 + 97) * 3);
  expect([...right]).toEqual([255, 255, 255]);
});
