import { readFileSync } from 'node:fs';
import type { Loss } from '@raremask/core';
import { lossInput } from '@raremask/core/loss';
import * as tf from '@tensorflow/tfjs';
import { beforeEach, expect, test } from 'vitest';
import { guardedLoss } from '../src/step/guardedLoss.ts';

beforeEach(() => tf.setBackend('cpu'));

/** The gradient of a loss of one image of 2 x 2 pixels, two classes. */
function gradientOf(loss: Loss): tf.Tensor {
  const guarded = guardedLoss(loss, 'loss[1] (mine)', import.meta.url);
  const shape = [1, 2, 2, 2];
  return tf.tidy(() =>
    tf.grad((logits) => {
      const input = lossInput(
        { overlapping: false },
        logits,
        tf.ones(shape),
        tf.ones([1, 2, 2, 1]),
      );
      // As a term before it has them computed.
      tf.mean(input.probabilities);
      return tf.mean(guarded(input));
    })(tf.tensor([1, 2, 3, 4, 4, 3, 2, 1], shape)),
  );
}

test('an operation without a gradient is named with place, line and a way round', () => {
  const counts: Loss = ({ probabilities }) => {
    const values = tf.reshape(probabilities, [-1]);
    const found = tf.unique(values).values;
    return tf.mean(tf.mul(found, 2)) as tf.Scalar;
  };
  const lines = readFileSync(import.meta.filename, 'utf8').split('\n');
  const line = 1 + lines.findIndex((text) => text.includes('const found = tf.unique'));
  expect(() => gradientOf(counts)).toThrow(
    new RegExp(
      `^loss\\[1\\] \\(mine\\): the loss depends on the network through Unique, at .*guardedLoss\\.test\\.ts:${line}:\\d+, .*Do this: .*docs/gradients\\.md`,
    ),
  );
});

test('what the value does not hang on may be without', () => {
  const measures: Loss = ({ probabilities, target }) => {
    const seen = tf.unique(tf.reshape(target, [-1])).values.shape[0]!;
    // On the way from the logits, and not to the value.
    tf.unique(tf.reshape(probabilities, [-1]));
    return tf.mul(tf.mean(tf.square(probabilities)), seen) as tf.Scalar;
  };
  expect(gradientOf(measures).shape).toEqual([1, 2, 2, 2]);
});

test('what a loss throws has the line of its own file', () => {
  const wrong: Loss = ({ probabilities }) => tf.reshape(probabilities, [3, 5]) as never;
  expect(() => gradientOf(wrong)).toThrow(/loss threw: .*guardedLoss\.test\.ts:\d+:\d+/);
});

test('a gradient of its own is as good as one of tfjs', () => {
  const own = tf.customGrad((x) => ({
    value: tf.image.rotateWithOffset(x as tf.Tensor4D, 0.2),
    gradFunc: (dy: tf.Tensor) => tf.image.rotateWithOffset(dy as tf.Tensor4D, -0.2),
  }));
  const rotated: Loss = ({ probabilities }) => tf.mean(tf.square(own(probabilities))) as tf.Scalar;
  expect(gradientOf(rotated).shape).toEqual([1, 2, 2, 2]);
});

test.each<[string, (input: Parameters<Loss>[0]) => unknown, string]>([
  ['a promise', async () => tf.scalar(1), 'Got: a promise'],
  ['a number', () => 1, 'Got: 1'],
  ['nothing', () => undefined, 'Got: nothing'],
  ['a list', ({ logits }) => [tf.mean(logits)], 'Got: a list of 1'],
  ['whole numbers', ({ logits }) => tf.cast(tf.mean(logits), 'int32'), 'Got: int32'],
  [
    'what it has disposed of',
    ({ logits }) => {
      const value = tf.mean(logits);
      value.dispose();
      return value;
    },
    'Got: a tensor that it has disposed of',
  ],
  [
    'a value, and disposes of its input',
    ({ probabilities }) => {
      const value = tf.mean(probabilities);
      probabilities.dispose();
      return value;
    },
    'the loss has disposed of probabilities, which other losses and the gradient need',
  ],
  ['a constant', () => tf.scalar(1), 'no operation leads from the logits to the value'],
  ['what hangs on the truth alone', ({ target }) => tf.mean(target), 'no operation leads from'],
])('a loss that gives %s is named', (_, loss, says) => {
  expect(() => gradientOf(loss as Loss)).toThrow(says);
  expect(() => gradientOf(loss as Loss)).toThrow('loss[1] (mine): ');
});

test('a batch may count nothing', () => {
  const nothing: Loss = ({ logits }) => tf.mul(tf.mean(logits), 0) as tf.Scalar;
  expect([...gradientOf(nothing).dataSync()].every((one) => one === 0)).toBe(true);
});

test('a loss that ends a scope of others, or leaves one open, is named, and the scopes are as they were', () => {
  const { state } = tf.engine();
  for (const move of [() => tf.engine().endScope(), () => tf.engine().startScope()]) {
    const before = state.scopeStack.length;
    const moves: Loss = ({ probabilities }) => {
      const value = tf.mean(tf.square(probabilities)) as tf.Scalar;
      move();
      return value;
    };
    expect(() => gradientOf(moves)).toThrow(
      'loss[1] (mine): the plugin begins or ends scopes of tfjs that are not its own. Expected: tf.tidy,',
    );
    expect(state.scopeStack.length).toBe(before);
  }
});
