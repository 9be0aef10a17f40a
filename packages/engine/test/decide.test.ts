import type { Facts } from '@raremask/core';
import { describe, expect, test } from 'vitest';
import { decide as decideAt, foregroundProbability, labelled } from '../src/judging/decide.ts';
import { type DecisionRule, decisionRule } from '../src/judging/decisionRule.ts';

const exclusive: Facts = {
  space: 2,
  channels: 1,
  classes: [
    { name: 'background', value: 0 },
    { name: 'a', value: 10 },
    { name: 'b', value: 20 },
  ],
  overlapping: false,
};
const overlapping: Facts = {
  ...exclusive,
  classes: exclusive.classes.slice(1),
  overlapping: true,
};

const ANY = { threshold: 0.5, minimumSizes: [0, 0, 0], peaks: [0, 0, 0] };

/** Of an image that the network sees at its own size. */
function decide(
  facts: Facts,
  logits: Float32Array,
  padded: readonly number[],
  size: readonly number[],
  rule: DecisionRule,
) {
  return decideAt(facts, logits, { padded, seen: size, size }, rule);
}

describe('exclusive classes', () => {
  test('take the most probable class, the lower index on a tie', () => {
    const logits = Float32Array.of(0, 3, 1, 2, 2, 1, 0, 0, 5);
    const { predicted, probabilities } = decide(exclusive, logits, [1, 3], [1, 3], ANY);
    expect([...predicted]).toEqual([1, 0, 2]);
    const sum = Math.exp(0) + Math.exp(3) + Math.exp(1);
    expect(probabilities[1]).toBeCloseTo(Math.exp(3) / sum, 6);
  });

  test('are finite at logits of plus and minus 1000', () => {
    const logits = Float32Array.of(-1000, 1000, 0);
    const { probabilities } = decide(exclusive, logits, [1, 1], [1, 1], ANY);
    expect([...probabilities]).toEqual([0, 1, 0]);
  });

  test.each([0, 0.02, 0.3, 0.5, 0.9, 1])(
    'are labelled as the rule says, threshold %d',
    (threshold) => {
      // Of every share between two classes, and of the background near 1.
      const shares = Array.from({ length: 401 }, (_, at) => at / 400);
      const pixels = shares.flatMap((own) =>
        [0, 1e-5, 0.001, 0.01, 0.1, 0.5, 1].flatMap((rest) => [
          1 - rest,
          rest * own,
          rest * (1 - own),
        ]),
      );
      const probabilities = Float32Array.from(pixels);
      const expected: number[] = [];
      for (let at = 0; at < probabilities.length; at += 3) {
        const [none, first, second] = probabilities.subarray(at, at + 3) as unknown as number[];
        const best = second! > first! ? 2 : 1;
        const most = Math.max(first!, second!);
        expected.push(most * (1 - threshold) > none! * threshold ? best : 0);
      }
      expect([...labelled(exclusive, probabilities, threshold)]).toEqual(expected);
    },
  );

  test('have as foreground what is not background', () => {
    const probabilities = Float32Array.of(0.25, 0.5, 0.25);
    expect([...foregroundProbability(exclusive, probabilities)]).toEqual([0.75]);
  });
});

describe('overlapping classes', () => {
  test('are present from the threshold upwards', () => {
    const logits = Float32Array.of(0, -1, 1, 0.1);
    const { predicted } = decide(overlapping, logits, [1, 2], [1, 2], ANY);
    expect([...predicted]).toEqual([1, 0, 1, 1]);
    expect([
      ...decide(overlapping, logits, [1, 2], [1, 2], { ...ANY, threshold: 0.6 }).predicted,
    ]).toEqual([0, 0, 1, 0]);
  });

  test('have as foreground the most probable of them', () => {
    const probabilities = Float32Array.of(0.25, 0.5);
    expect([...foregroundProbability(overlapping, probabilities)]).toEqual([0.5]);
  });
});

test('padding behind rows and columns is left out', () => {
  // Padded 3x4, own size 2x3; the logit of class 1 is the pixel's number in the padded image, minus 4.5.
  const logits = new Float32Array(3 * 4 * 2);
  for (let pixel = 0; pixel < 12; pixel++) logits[2 * pixel + 1] = pixel - 4.5;
  const facts = { ...exclusive, classes: exclusive.classes.slice(0, 2) };
  const { predicted } = decide(facts, logits, [3, 4], [2, 3], ANY);
  // Pixels 0 1 2 of the first row, 4 5 6 of the second.
  expect([...predicted]).toEqual([0, 0, 0, 0, 1, 1]);
});

test('padding behind planes of a volume is left out', () => {
  const logits = new Float32Array(2 * 2 * 2 * 2);
  for (let voxel = 0; voxel < 8; voxel++) logits[2 * voxel + 1] = voxel === 4 ? 1 : -1;
  const facts = { ...exclusive, space: 3 as const, classes: exclusive.classes.slice(0, 2) };
  expect([...decide(facts, logits, [2, 2, 2], [2, 1, 1], ANY).predicted]).toEqual([0, 1]);
});

describe('structures below the smallest size', () => {
  // Two rows of four: class a at 0, 1 and, by a corner, 6; class b at 3, which touches 6 as well.
  const labels = [1, 1, 0, 2, 0, 0, 1, 0];
  const logits = Float32Array.from(
    labels.flatMap((label) => [0, 1, 2].map((one) => Number(one === label))),
  );
  const drawn = (minimumSize: number | Record<string, number>) => [
    ...decide(
      exclusive,
      logits,
      [2, 4],
      [2, 4],
      decisionRule({ threshold: 0.5, minimumSize, peak: 0 }, exclusive),
    ).predicted,
  ];

  test('become background, and touch at corners', () => {
    expect(drawn(1)).toEqual(labels);
    expect(drawn(3)).toEqual([1, 1, 0, 0, 0, 0, 1, 0]);
    expect(drawn(4)).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
  });

  test('are judged class by class', () => {
    expect(drawn({ a: 4 })).toEqual([0, 0, 0, 2, 0, 0, 0, 0]);
    expect(() => drawn({ c: 4 })).toThrow(/evaluate\.minimumSize: .*background, a, b\. Got: c/s);
  });

  test('leave the other classes of their pixels where classes overlap', () => {
    const both = Float32Array.of(1, 1, -1, 1, -1, 1);
    const rule = decisionRule({ threshold: 0.5, minimumSize: 2, peak: 0 }, overlapping);
    expect([...decide(overlapping, both, [1, 3], [1, 3], rule).predicted]).toEqual([
      0, 1, 0, 1, 0, 1,
    ]);
  });

  test('keep their probabilities', () => {
    const rule = decisionRule({ threshold: 0.5, minimumSize: 9, peak: 0 }, exclusive);
    const { probabilities } = decide(exclusive, logits, [2, 4], [2, 4], rule);
    expect(probabilities[1]).toBeGreaterThan(0.5);
  });
});

test('structures that are nowhere as probable as their peak are left out, class by class', () => {
  // Foreground a at 0 and 1, b at 3: softmax of 1, 2 and 0 against zeros.
  const logits = Float32Array.of(0, 1, 0, 0, 2, 0, 0, -5, -5, 0, 0, 1);
  const [low, high] = [Math.E / (Math.E + 2), Math.E ** 2 / (Math.E ** 2 + 2)];
  const drawn = (peak: number | Record<string, number>) => [
    ...decide(
      exclusive,
      logits,
      [1, 4],
      [1, 4],
      decisionRule({ threshold: 0.5, minimumSize: 0, peak }, exclusive),
    ).predicted,
  ];
  expect(drawn(low - 0.01)).toEqual([1, 1, 0, 2]);
  // Pixel 0 stays: it touches pixel 1, which is above.
  expect(drawn(low + 0.01)).toEqual([1, 1, 0, 0]);
  expect(drawn({ a: high + 0.01 })).toEqual([0, 0, 0, 2]);
});

describe('an image that the network sees at another size', () => {
  test('is decided on its own grid, from probabilities between those that are seen', () => {
    // Foreground at the first of two pixels, seen with one of padding behind.
    const logits = Float32Array.from([0, 6, 0, 0, -6, 0, 9, 9, 9]);
    const extents = { padded: [1, 3], seen: [1, 2], size: [1, 4] };
    const { predicted, probabilities } = decideAt(exclusive, logits, extents, ANY);
    const seen = decide(exclusive, logits, [1, 3], [1, 2], ANY).probabilities;
    const between = (share: number) => (1 - share) * seen[1]! + share * seen[4]!;
    for (const [at, share] of [0, 0.25, 0.75, 1].entries()) {
      expect(probabilities[3 * at + 1]).toBeCloseTo(between(share), 5);
    }
    expect(predicted).toHaveLength(4);
    expect([...predicted.slice(0, 2)]).toEqual([1, 1]);
  });

  test('has its sizes of structures in its own pixels', () => {
    const logits = Float32Array.from([9, -9, -9, -9]);
    const extents = { padded: [2, 2], seen: [2, 2], size: [4, 4] };
    const facts = { ...overlapping, classes: overlapping.classes.slice(0, 1) };
    const pixels = (least: number) =>
      decideAt(facts, logits, extents, { ...ANY, minimumSizes: [least] }).predicted.filter(Boolean)
        .length;
    const found = pixels(0);
    expect(found).toBeGreaterThan(1);
    expect(pixels(found)).toBe(found);
    expect(pixels(found + 1)).toBe(0);
  });

  test('of overlapping classes is decided by the threshold there', () => {
    const logits = Float32Array.from([2, -2, -2, 2]);
    const extents = { padded: [1, 2], seen: [1, 2], size: [1, 4] };
    const { predicted } = decideAt(overlapping, logits, extents, ANY);
    expect([...predicted]).toEqual([1, 0, 1, 0, 0, 1, 0, 1]);
  });
});
