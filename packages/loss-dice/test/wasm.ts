import * as tf from '@tensorflow/tfjs';
import { describe, expect, test } from 'vitest';
import { evaluate, randomBatch, task } from './batch.ts';
import { census, make } from './make.ts';
import { randomOptions, type Subject, suits } from './options.ts';
import { expectNear } from './tensors.ts';

const tasks = [
  { facts: task('exclusive', 3), size: [8, 6] },
  { facts: task('overlapping', 2), size: [6, 8] },
  { facts: task('exclusive', 2, 3), size: [4, 5, 4] },
];

/** Holds the wasm backend's values and gradients against those of cpu. */
export function describeWasm(
  subjects: readonly Subject[],
  prepareWasm: () => Promise<unknown>,
): void {
  describe('on wasm, value and gradient are those on cpu', () => {
    test.each(subjects.map((subject) => ({ name: subject.plugin.name, subject })))(
      '$name',
      async ({ subject }) => {
        await prepareWasm();
        const before = tf.memory().numTensors;
        for (const [index, { facts, size }] of tasks.entries()) {
          if (!suits(subject, facts)) continue;
          for (const seed of [index, index + 10]) {
            const options = randomOptions(subject, facts, seed);
            const loss = await make(subject.plugin, facts, options, census(facts));
            const batch = randomBatch(facts, size, seed);
            await tf.setBackend('cpu');
            const expected = evaluate(loss, batch);
            await tf.setBackend('wasm');
            const actual = evaluate(loss, batch);
            expectNear(actual.values, expected.values);
            expectNear(actual.gradient, expected.gradient);
          }
        }
        expect(tf.memory().numTensors).toBe(before);
      },
    );
  });
}
