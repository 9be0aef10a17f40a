import type { Census } from '@raremask/core';
import { describe, expect, test } from 'vitest';
import { task } from '../../loss-dice/test/batch.ts';
import { make, parse } from '../../loss-dice/test/make.ts';
import { expectNear } from '../../loss-dice/test/tensors.ts';
import { classWeights } from '../src/classWeights.ts';
import crossEntropy from '../src/index.ts';

const exclusive = task('exclusive', 3);
const overlapping = task('overlapping', 1);

/** 10 images of 100 pixels: a has 40 pixels in 2 images, b has 10 in 1; shares .95, .04, .01. */
const counted = census([
  { name: 'background', pixels: 950, images: 10 },
  { name: 'a', pixels: 40, images: 2 },
  { name: 'b', pixels: 10, images: 1 },
]);

function census(
  classes: readonly { readonly name: string; readonly pixels: number; readonly images: number }[],
): () => Promise<Census> {
  const rest = { structures: 1, meanStructure: 10 };
  return async () => ({
    images: 10,
    emptyImages: 8,
    pixels: 1000,
    classes: classes.map((entry) => ({ ...entry, ...rest, share: entry.pixels / 1000 })),
  });
}

describe('class weights from the census', () => {
  test('`inverse` gives every class the same sum over the training split', async () => {
    const weights = await classWeights('inverse', exclusive, counted, 'here');
    // Three classes share a mean weight of 1: a third each.
    expectNear(weights!.present, [1 / 3 / 0.95, 1 / 3 / 0.04, 1 / 3 / 0.01]);
  });

  test('`median-frequency` counts a class within the images that have it', async () => {
    const weights = await classWeights('median-frequency', exclusive, counted, 'here');
    // Frequencies 950/1000, 40/200, 10/100; weights as 1/f, scaled to a mean of 1.
    const raw = [1 / 0.95, 1 / 0.2, 1 / 0.1];
    const mean = 0.95 * raw[0]! + 0.04 * raw[1]! + 0.01 * raw[2]!;
    expectNear(
      weights!.present,
      raw.map((weight) => weight / mean),
    );
  });

  test('`effective-number` is near `inverse` for few pixels', async () => {
    // 1 - (1 - 1e-6)^n is n 1e-6 while n is far below a million.
    const effective = await classWeights('effective-number', exclusive, counted, 'here');
    const inverse = await classWeights('inverse', exclusive, counted, 'here');
    expectNear(effective!.present, inverse!.present, { relative: 1e-3 });
  });

  test('weighs yes against no where classes overlap', async () => {
    const counts = census([{ name: 'a', pixels: 40, images: 2 }]);
    const weights = await classWeights('inverse', overlapping, counts, 'here');
    expectNear(weights!.present, [1 / 2 / 0.04]);
    expectNear(weights!.absent, [1 / 2 / 0.96]);
  });

  test('gives a class that never occurs the weight of the rarest one', async () => {
    const weights = await classWeights(
      'inverse',
      exclusive,
      census([
        { name: 'background', pixels: 960, images: 10 },
        { name: 'a', pixels: 40, images: 2 },
        { name: 'b', pixels: 0, images: 0 },
      ]),
      'here',
    );
    expectNear(weights!.present, [1 / 2 / 0.96, 1 / 2 / 0.04, 1 / 2 / 0.04]);
  });

  test('are refused where every pixel is ignored', async () => {
    const nothing = async () => ({ ...(await counted()), pixels: 0 });
    await expect(classWeights('inverse', exclusive, nothing, 'here')).rejects.toMatchObject({
      code: 'RAREMASK_CE_NOTHING_COUNTED',
    });
  });
});

describe('written class weights', () => {
  test('do not count the census', async () => {
    await make(crossEntropy, exclusive, { classWeights: { a: 3 } });
  });

  test('of an unknown class are refused with the nearest name', async () => {
    await expect(
      make(crossEntropy, exclusive, { classWeights: { backgruond: 2 } }),
    ).rejects.toThrow(
      'cross-entropy classWeights: there is no such class, or it does not take part. ' +
        'Expected: background, a, b. Got: backgruond. Do this: write "background".',
    );
  });

  test('as a list need one number for each class, and not all 0', async () => {
    await expect(make(crossEntropy, exclusive, { classWeights: [1] })).rejects.toMatchObject({
      code: 'RAREMASK_CLASS_LIST_LENGTH',
    });
    await expect(make(crossEntropy, exclusive, { classWeights: [0, 0, 0] })).rejects.toMatchObject({
      code: 'RAREMASK_CLASS_WEIGHTS_ZERO',
    });
  });

  test('are what `normalize` needs', async () => {
    await expect(parse(crossEntropy, { normalize: 'weights' })).rejects.toThrow(
      'has no effect without `classWeights`',
    );
  });
});

test('every option has a sentence for the docs', () => {
  const { properties } = crossEntropy.options['~standard'].jsonSchema.input({ target: 'draft-07' });
  for (const [name, schema] of Object.entries(properties as Record<string, object>)) {
    expect(schema, name).toHaveProperty('description');
  }
});
