import type { Loss } from '@raremask/core';
import { describe, expect, test, vi } from 'vitest';
import {
  type Batch,
  evaluate,
  normal,
  randomBatch,
  sample,
  samples,
  task,
  totalOf,
} from './batch.ts';
import { census, make } from './make.ts';
import { randomOptions, type Subject, suits } from './options.ts';
import { countTensors, expectNear } from './tensors.ts';

const tasks = [
  { facts: task('exclusive', 2), size: [4, 3] },
  { facts: task('exclusive', 4), size: [3, 4] },
  { facts: task('overlapping', 1), size: [4, 3] },
  { facts: task('overlapping', 3), size: [3, 3] },
  { facts: task('exclusive', 3, 3), size: [2, 3, 2] },
];

/** Rounds of every law are multiplied by this: `npm run test:full` draws twice as many options. */
const THOROUGHNESS = Number(
  process.env.RAREMASK_ROUNDS ?? (process.env.RAREMASK_FULL === '1' ? 1 : 0.5),
);

/** Tries a law on a loss with many options, in every task. */
async function hold(
  subject: Subject,
  rounds: number,
  law: (loss: Awaited<ReturnType<typeof make>>, batch: Batch, options: Options) => void,
): Promise<void> {
  for (const [index, { facts, size }] of tasks.entries()) {
    if (!suits(subject, facts)) continue;
    for (let round = 0; round < Math.ceil(rounds * THOROUGHNESS); round++) {
      const seed = 100 * index + round;
      const options = randomOptions(subject, facts, seed);
      const loss = await make(subject.plugin, facts, options, census(facts));
      try {
        law(loss, randomBatch(facts, size, seed), options);
      } catch (error) {
        throw new Error(`${JSON.stringify(options)} with ${facts.classes.length} classes`, {
          cause: error,
        });
      }
    }
  }
}
type Options = Readonly<Record<string, unknown>>;

/** Holds what is true of every loss that is a function of sums over pixels. */
export function describeLaws(subjects: readonly Subject[]): void {
  countTensors();
  vi.setConfig({ testTimeout: 120_000 });
  describe.each(subjects.map((subject) => ({ name: subject.plugin.name, subject })))(
    '$name',
    ({ subject }) => {
      test('has the gradient that differences of its values have', () =>
        hold(subject, 3, (loss, batch, options) => {
          if (subject.kinks || options.clip !== undefined) {
            // A step across a kink says nothing, and an image may have one very near.
            const agreeing = [batch, randomBatch(batch.facts, batch.size, 77)].some(
              (one) => shareOfAgreeing(differ(loss, one, 6, 5e-4)) > 1 / 3,
            );
            expect(agreeing).toBe(true);
            return;
          }
          const pairs = differ(loss, batch, 3, 5e-3);
          // Values of about 1 in float32 are 1e-7 off, over 1e-2; -log x of a small x curves.
          const relative = options.transform === 'minus-log' ? 2e-2 : 2e-3;
          expectNear(
            pairs.map(([along]) => along),
            pairs.map(([, difference]) => difference),
            { relative, absolute: 2e-4 },
          );
        }));

      test.skipIf(subject.spatial)('counts a pixel of weight 2 like two copies of it', () =>
        hold(subject, 4, (loss, batch) => {
          const { doubled, copied, where } = doublings(batch);
          const one = evaluate(loss, doubled);
          const two = evaluate(loss, copied);
          expectNear(two.values, one.values, { relative: 1e-5 });
          const joined = one.gradient.map(() => 0);
          where.forEach((from, to) => {
            joined[from]! += two.gradient[to]!;
          });
          expectNear(joined, one.gradient, { absolute: 1e-5 });
        }),
      );

      test('does not see a pixel of weight 0', () =>
        hold(subject, 4, (loss, batch) => {
          const { hidden, scrambled, left, kept } = removals(batch);
          const one = evaluate(loss, hidden);
          expectNear(evaluate(loss, scrambled).values, one.values, { relative: 1e-6 });
          if (subject.spatial) return;
          const two = evaluate(loss, left);
          expectNear(two.values, one.values, { relative: 1e-5 });
          const expected = one.gradient.map(() => 0);
          kept.forEach((from, to) => {
            expected[from] = two.gradient[to]!;
          });
          expectNear(one.gradient, expected, { absolute: 1e-5 });
        }));

      test('gives a batch in another order its values in that order', () =>
        hold(subject, 3, (loss, batch, { pool }) => {
          const order = [2, 0, 1];
          const { values } = evaluate(loss, batch);
          expectNear(
            evaluate(loss, samples(batch, order)).values,
            pool === 'batch' ? values : order.map((index) => values[index]!),
            { relative: 1e-5 },
          );
        }));

      test('depends on neighbours only where the batch is pooled, and says so', () =>
        hold(subject, 4, (loss, batch, options) => {
          const pooled = options.pool === 'batch';
          expect(subject.plugin.poolsBatch?.(options)).toBe(pooled);
          const { values } = evaluate(loss, batch);
          if (pooled) {
            expect(values).toHaveLength(1);
            return;
          }
          const alone = [0, 1, 2].flatMap((index) => evaluate(loss, sample(batch, index)).values);
          expectNear(alone, values, { relative: 1e-5 });
        }));

      test('is finite, and so is its gradient, whatever the image', () =>
        hold(subject, 3, (loss, batch) => {
          for (const [name, extreme] of Object.entries(extremes(batch))) {
            const { values, gradient } = evaluate(loss, extreme);
            expect(values.every(Number.isFinite), `${name}: value ${values}`).toBe(true);
            expect(gradient.every(Number.isFinite), `${name}: gradient ${gradient}`).toBe(true);
          }
        }));
    },
  );
}

/** Slopes in random directions: by the gradient, and by the difference of two values. */
function differ(
  loss: Loss,
  batch: Batch,
  directions: number,
  reach: number,
): readonly (readonly [number, number])[] {
  const { gradient } = evaluate(loss, batch);
  return Array.from({ length: directions }, (_, seed) => {
    const step = normal(gradient.length, seed, 1);
    const moved = (by: number) =>
      totalOf(loss, {
        ...batch,
        logits: batch.logits.map((logit, index) => logit + by * step[index]!),
      });
    const along = step.reduce((sum, part, index) => sum + part * gradient[index]!, 0);
    return [along, (moved(reach) - moved(-reach)) / (2 * reach)];
  });
}

/** Share of the directions whose slopes are the same but for rounding. */
function shareOfAgreeing(pairs: readonly (readonly [number, number])[]): number {
  const largest = Math.max(...pairs.map(([along]) => Math.abs(along)));
  const agreeing = pairs.filter(
    ([along, difference]) => Math.abs(along - difference) <= 5e-3 * largest + 1e-3,
  );
  return agreeing.length / pairs.length;
}

/** The last row along the first space axis with weight 2, and written twice. */
function doublings(batch: Batch): {
  readonly doubled: Batch;
  readonly copied: Batch;
  readonly where: readonly number[];
} {
  const { size, facts } = batch;
  const classes = facts.classes.length;
  const [rows, ...rest] = size as [number, ...number[]];
  const row = rest.reduce((product, extent) => product * extent, 1);
  const images = batch.weight.length / (rows * row);
  const pixels: number[] = [];
  for (let image = 0; image < images; image++) {
    for (let line = 0; line <= rows; line++) {
      for (let column = 0; column < row; column++) {
        pixels.push((image * rows + Math.min(line, rows - 1)) * row + column);
      }
    }
  }
  const where = pixels.flatMap((pixel) =>
    Array.from({ length: classes }, (_, index) => pixel * classes + index),
  );
  return {
    doubled: {
      ...batch,
      weight: batch.weight.map((weight, pixel) =>
        Math.floor(pixel / row) % rows === rows - 1 ? 2 * weight : weight,
      ),
    },
    copied: {
      ...batch,
      size: [rows + 1, ...rest],
      logits: where.map((index) => batch.logits[index]!),
      target: where.map((index) => batch.target[index]!),
      weight: pixels.map((pixel) => batch.weight[pixel]!),
    },
    where,
  };
}

/** The last row with weight 0, the same with other logits and truth there, and the row cut off. */
function removals(batch: Batch): {
  readonly hidden: Batch;
  readonly scrambled: Batch;
  readonly left: Batch;
  readonly kept: readonly number[];
} {
  const { size, facts } = batch;
  const classes = facts.classes.length;
  const [rows, ...rest] = size as [number, ...number[]];
  const row = rest.reduce((product, extent) => product * extent, 1);
  const isLast = (pixel: number) => Math.floor(pixel / row) % rows === rows - 1;
  const weight = batch.weight.map((times, pixel) => (isLast(pixel) ? 0 : times));
  const pixels = batch.weight.flatMap((_, pixel) => (isLast(pixel) ? [] : [pixel]));
  const kept = pixels.flatMap((pixel) =>
    Array.from({ length: classes }, (_, index) => pixel * classes + index),
  );
  const pixelOf = (index: number) => Math.floor(index / classes);
  return {
    hidden: { ...batch, weight },
    scrambled: {
      ...batch,
      weight,
      logits: batch.logits.map((logit, index) => (isLast(pixelOf(index)) ? 7 - logit : logit)),
      target: batch.target.map((truth, index) => (isLast(pixelOf(index)) ? 0 : truth)),
    },
    left: {
      ...batch,
      size: [rows - 1, ...rest],
      logits: kept.map((index) => batch.logits[index]!),
      target: kept.map((index) => batch.target[index]!),
      weight: pixels.map((pixel) => batch.weight[pixel]!),
    },
    kept,
  };
}

/** Images that break a careless loss. */
function extremes(batch: Batch): Readonly<Record<string, Batch>> {
  const { facts, logits, target, weight, size } = batch;
  const classes = facts.classes.length;
  const only = (index: number) =>
    target.map(
      (_, position) =>
        +(index === -1
          ? !facts.overlapping && position % classes === 0
          : position % classes === index),
    );
  const empty = only(-1);
  const full = only(classes - 1);
  const confident = (truth: readonly number[], scale: number) =>
    truth.map((value) => scale * (value - 0.5));
  const first = target.slice(0, classes);
  return {
    'logits of +-1000': { ...batch, logits: logits.map((logit) => 1000 * Math.sign(logit)) },
    'right and certain': { ...batch, logits: confident(target, 2000) },
    'wrong and certain': { ...batch, logits: confident(target, -2000) },
    'all empty': { ...batch, target: empty },
    'all empty, right and certain': { ...batch, target: empty, logits: confident(empty, 2000) },
    'all empty, wrong and certain': { ...batch, target: empty, logits: confident(empty, -2000) },
    'all foreground': { ...batch, target: full },
    'all foreground, right and certain': { ...batch, target: full, logits: confident(full, 2000) },
    'all foreground, missed': { ...batch, target: full, logits: confident(full, -2000) },
    'nearly empty': { ...batch, target: empty, logits: confident(empty, 60) },
    'all logits 0': { ...batch, logits: logits.map(() => 0) },
    'weight 0 everywhere': { ...batch, weight: weight.map(() => 0) },
    'weight 0 in one image': {
      ...batch,
      weight: weight.map((times, pixel) => (pixel < weight.length / 3 ? 0 : times)),
    },
    'a single pixel': {
      ...batch,
      size: size.map(() => 1),
      logits: logits.slice(0, classes),
      target: first,
      weight: weight.slice(0, 1),
    },
  };
}
