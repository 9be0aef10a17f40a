import * as tf from '@tensorflow/tfjs';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { API, census, defineLoss, facts } from '../src/index.ts';

test('an option and a service arrive with their types', async () => {
  const plugin = defineLoss({
    name: 'mean',
    api: API,
    options: z.strictObject({ scale: z.number().default(2) }),
    needs: { facts, census },
    create({ scale }, services) {
      const classes: number = services.facts.classes.length;
      // @ts-expect-error facts have no such member
      services.facts.nonsense;
      return ({ logits }) => tf.mul(tf.mean(logits), scale * classes) as tf.Scalar;
    },
  });
  expect(plugin.kind).toBe('loss');
  expect(plugin.name).toBe('mean');
});

test('a plugin without options and needs is accepted', () => {
  const plugin = defineLoss({ name: 'zero', api: 1, create: () => () => tf.scalar(0) });
  expect(plugin.kind).toBe('loss');
});
