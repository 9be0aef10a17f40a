import { lossInput } from '@raremask/core/loss-input';
import * as tf from '@tensorflow/tfjs';
import { expect, test } from 'vitest';
import blob from '../src/losses/blob.ts';
import boundary from '../src/losses/boundary.ts';
import hausdorff from '../src/losses/hausdorff.ts';
import { randomBatch, task } from './batch.ts';
import { make } from './make.ts';
import { countTensors } from './tensors.ts';

countTensors();

const facts = task('exclusive', 2);
const { logits, target, weight } = randomBatch(facts, [24, 24], 1);

test.each([blob, boundary, hausdorff])(
  '$name needs no more memory for a longer reach',
  async (plugin) => {
    const peaks = [];
    for (const reach of [3, 20]) {
      const loss = await make(plugin, facts, { reach, empty: 'smooth' });
      const { peakBytes } = await tf.profile(() =>
        tf.tidy(() => {
          const scores = tf.tensor4d([...logits], [3, 24, 24, 2]);
          const truth = tf.tensor4d([...target], [3, 24, 24, 2]);
          const counted = tf.tensor4d([...weight], [3, 24, 24, 1]);
          tf.grad((x) => tf.sum(loss(lossInput(facts, x, truth, counted))))(scores);
        }),
      );
      peaks.push(peakBytes);
    }
    expect(peaks[1]).toBe(peaks[0]);
  },
);
