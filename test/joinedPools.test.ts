import { lossInput, withJoinedPools } from '@raremask/core/loss';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { TASKS } from '../packages/conformance/src/trial/tasks.ts';
import { subjects as pixelLosses } from '../packages/loss-ce/test/losses.ts';
import { uniform } from '../packages/loss-dice/test/batch.ts';
import { subjects as regionLosses } from '../packages/loss-dice/test/losses.ts';
import { census, make, parse } from '../packages/loss-dice/test/make.ts';
import { randomOptions, suits } from '../packages/loss-dice/test/options.ts';

/**
 * Losses of a batch that two processes share: each knows its part, and what both have summed. Here the other one's
 * sums are numbers from the pass before; a few passes settle sums that hang on sums.
 */
const SIZE = [6, 5];
const PASSES = 3;

interface Part {
  readonly logits: tf.Tensor;
  readonly target: tf.Tensor;
  readonly weight: tf.Tensor;
}

beforeAll(async () => {
  await tf.setBackend('cpu');
});

function batch(count: number, classes: number, overlapping: boolean, seed: number): Part {
  const next = uniform(seed);
  const shape = [count, ...SIZE, classes];
  const pixels = count * SIZE[0]! * SIZE[1]!;
  // The first image is empty.
  const truth = Array.from({ length: pixels }, (_, pixel) => {
    const own = pixel < pixels / count ? 0 : Math.floor(next() * classes);
    return Array.from({ length: classes }, (_, at) =>
      overlapping ? Number(pixel >= pixels / count && next() < 0.4) : Number(at === own),
    );
  });
  const numbers = Array.from({ length: pixels * classes }, () => 4 * next() - 2);
  const weights = Array.from({ length: pixels }, () => Number(next() < 0.9));
  return {
    logits: tf.tensor(numbers, shape),
    target: tf.mul(tf.tensor(truth.flat(), shape), tf.tensor(weights, [count, ...SIZE, 1])),
    weight: tf.tensor(weights, [count, ...SIZE, 1]),
  };
}

const slice = ({ logits, target, weight }: Part, from: number, count: number): Part => {
  const own = (x: tf.Tensor) => tf.slice(x, [from, 0, 0, 0], [count, -1, -1, -1]);
  return { logits: own(logits), target: own(target), weight: own(weight) };
};

describe.each(
  [...regionLosses, ...pixelLosses].map((subject) => ({ ...subject, name: subject.plugin.name })),
)('$name', (subject) => {
  const tasks = TASKS.filter(
    (facts) => facts.space === 2 && suits(subject, facts) && facts.classes.length > 1,
  ).slice(0, 2);

  test.each(
    tasks.map((facts, index) => ({ facts, seed: index + 1, classes: facts.classes.length })),
  )('pools all of a batch of two processes where it says so, $classes classes', async (of) => {
    const { facts, seed, classes } = of;
    const written = { ...randomOptions(subject, facts, seed), pool: 'batch' };
    const loss = await make(subject.plugin, facts, written, census(facts));
    const joins = subject.plugin.joinsProcesses?.(await parse(subject.plugin, written)) ?? false;
    tf.tidy(() => {
      const whole = batch(5, classes, facts.overlapping, seed);
      const lossOf = (part: Part) => (logits: tf.Tensor) =>
        tf.mean(loss(lossInput(facts, logits, part.target, part.weight))) as tf.Scalar;
      const expected = tf.valueAndGrad(lossOf(whole))(whole.logits);
      const parts = [slice(whole, 0, 2), slice(whole, 2, 3)];
      let sums: Float32Array[][] = [[], []];
      let made: ReturnType<ReturnType<typeof tf.valueAndGrad>>[] = [];
      for (let pass = 0; pass < PASSES; pass++) {
        const heard: Float32Array[][] = [[], []];
        made = parts.map((part, rank) =>
          withJoinedPools(
            (own) => {
              const other = sums[1 - rank]![heard[rank]!.length];
              heard[rank]!.push(own.dataSync().slice() as Float32Array);
              return other ? tf.add(own, tf.tensor(other, own.shape)) : own;
            },
            () => tf.valueAndGrad(lossOf(part))(part.logits),
          ),
        );
        sums = heard;
      }
      const largest = Math.max(...tf.abs(expected.grad).dataSync());
      const apart = (a: tf.Tensor, b: tf.Tensor) => tf.max(tf.abs(tf.sub(a, b))).dataSync()[0]!;
      const values = made.map(({ value }) => apart(value, expected.value));
      const slopes = made.map(({ grad }, rank) =>
        apart(grad, tf.slice(expected.grad, [rank * 2, 0, 0, 0], grad.shape as [number])),
      );
      const same =
        Math.max(...values) < 1e-5 * Math.max(1, Math.abs(expected.value.dataSync()[0]!)) &&
        Math.max(...slopes) <= 1e-4 * largest;
      if (joins) expect(same, JSON.stringify({ written, values, slopes })).toBe(true);
    });
  });
});

test('all but those that sort pixels say so', async () => {
  const apart = [...regionLosses, ...pixelLosses].filter(
    ({ plugin }) => plugin.joinsProcesses?.({ pool: 'batch' }) !== true,
  );
  expect(apart.map(({ plugin }) => plugin.name)).toEqual(['lovasz', 'top-k', 'ohem']);
});
