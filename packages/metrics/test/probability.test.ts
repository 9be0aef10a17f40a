import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { calibration, countCalibration } from '../src/probability/calibration.ts';
import { countDetections, froc } from '../src/probability/froc.ts';

/**
 * Twelve seeded images: truth (# foreground, ? not judged) and probabilities. Candidates, structures and their pairs by
 * scipy 1.17 (ndimage.label with corners); the calibration error by torchmetrics 1.9 (BinaryCalibrationError, 15 bins,
 * l1), that without the lowest bin by numpy.
 */
const fixture = JSON.parse(
  readFileSync(new URL('./fixtures/probabilities.json', import.meta.url), 'utf8'),
) as {
  size: number[];
  images: { truth: string; thousandths: number[] }[];
  froc: { score: number; sensitivity: number[]; falseStructures: number[] };
  calibration: { error: number; above: number };
};
const shape = { overlapping: false, classes: { length: 2 } };
const images = fixture.images.map(({ truth, thousandths }, at) => ({
  ...{ id: `${at}`, group: `${at}`, isFilled: truth.includes('#') },
  labels: Uint8Array.from(truth, (sign) => ({ '.': 0, '#': 1, '?': 255 })[sign]!),
  probability: Float32Array.from(thousandths, (value) => value / 1000),
}));
const calibrated = images.map(({ probability, labels, ...image }) => ({
  ...image,
  counts: countCalibration(probability, labels, shape),
}));
const detected = images.map(({ probability, labels, ...image }) => ({
  ...image,
  counts: countDetections(probability, labels, fixture.size, shape),
}));

test('the calibration error is that of torchmetrics', () => {
  const { error, errorAbove, bins, interval } = calibration(calibrated);
  expect(error).toBeCloseTo(fixture.calibration.error, 6);
  expect(errorAbove).toBeCloseTo(fixture.calibration.above, 6);
  expect(interval![0]).toBeLessThan(error!);
  expect(interval![1]).toBeGreaterThan(error!);
  const judged = images.reduce(
    (sum, { labels }) => sum + labels.filter((label) => label !== 255).length,
    0,
  );
  expect(bins.reduce((sum, { pixels }) => sum + pixels, 0)).toBe(judged);
});

test('the FROC curve and its score are those of components by scipy', () => {
  const { score, curve, interval } = froc(detected);
  expect(score).toBeCloseTo(fixture.froc.score, 12);
  const ascending = curve.toReversed();
  expect(ascending.map(({ sensitivity }) => sensitivity)).toEqual(fixture.froc.sensitivity);
  for (const [at, { falseStructures }] of ascending.entries()) {
    expect(falseStructures).toBeCloseTo(fixture.froc.falseStructures[at]!, 12);
  }
  expect(interval![0]).toBeLessThanOrEqual(score!);
  expect(interval![1]).toBeGreaterThanOrEqual(score!);
});

test('a perfect network finds all with no false structure, and one that says nothing finds none', () => {
  const of = (value: (label: number) => number) =>
    froc(
      images.map(({ labels, ...image }) => ({
        ...image,
        counts: countDetections(Float32Array.from(labels, value), labels, fixture.size, shape),
      })),
    );
  expect(of((label) => (label === 1 ? 1 : 0)).score).toBe(1);
  expect(of(() => 0).score).toBe(0);
  // Everywhere: one candidate in each image; it is false where there is neither a structure nor a pixel nobody judged.
  const everywhere = of(() => 1);
  expect(everywhere.curve.at(-1)!.sensitivity).toBe(1);
});

test('where there is no structure there is no curve, and of no pixel no calibration', () => {
  const labels = new Uint8Array(4);
  const image = { id: 'a', group: 'a', isFilled: false };
  const none = froc([
    { ...image, counts: countDetections(new Float32Array(4), labels, [2, 2], shape) },
  ]);
  expect(none).toEqual({ score: null, interval: null, curve: [] });
  const unjudged = calibration([
    { ...image, counts: countCalibration(new Float32Array(4), labels.fill(255), shape) },
  ]);
  expect(unjudged.error).toBeNull();
  expect(unjudged.errorAbove).toBeNull();
});

test('overlapping classes: any of them, where all are judged', () => {
  const two = { overlapping: true, classes: { length: 2 } };
  // Pixels: none, the second, the first not judged.
  const labels = Uint8Array.from([0, 0, 0, 1, 255, 1]);
  const counts = countCalibration(Float32Array.from([0, 1, 1]), labels, two);
  expect(counts['pixels.0']).toBe(1);
  expect(counts['pixels.14']).toBe(1);
  expect(counts['true.14']).toBe(1);
});
