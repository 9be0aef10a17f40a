import { describe, expect, test } from 'vitest';
import dice from '../src/index.ts';
import { task } from './batch.ts';
import { census, make, parse } from './make.ts';

const exclusive = task('exclusive', 3);
const overlapping = task('overlapping', 2);

describe('class weights', () => {
  test('of an unknown class are refused with the nearest name', async () => {
    const facts = {
      ...exclusive,
      classes: ['background', 'nodule', 'vessel'].map((name, value) => ({ name, value })),
    };
    await expect(make(dice, facts, { classWeights: { nodul: 2 } })).rejects.toThrow(
      'dice classWeights: there is no such class, or it does not take part. ' +
        'Expected: nodule, vessel. Got: nodul. Do this: write "nodule".',
    );
  });

  test('of the background are refused where it does not take part', async () => {
    await expect(make(dice, exclusive, { classWeights: { background: 2 } })).rejects.toMatchObject({
      code: 'RAREMASK_UNKNOWN_CLASS',
    });
    await make(dice, exclusive, { classWeights: { background: 2 }, background: 'include' });
  });

  test('as a list need one number for each class that takes part', async () => {
    await make(dice, exclusive, { classWeights: [1, 2] });
    await expect(make(dice, exclusive, { classWeights: [1, 2, 3] })).rejects.toMatchObject({
      code: 'RAREMASK_CLASS_LIST_LENGTH',
    });
  });

  test('are refused where one class takes part, or all are 0', async () => {
    await expect(
      make(dice, task('exclusive', 2), { classWeights: { a: 2 } }),
    ).rejects.toMatchObject({ code: 'RAREMASK_DICE_NO_EFFECT' });
    await expect(make(dice, overlapping, { classWeights: [0, 0] })).rejects.toMatchObject({
      code: 'RAREMASK_CLASS_WEIGHTS_ZERO',
    });
  });
});

test('background is refused where classes overlap', async () => {
  await expect(make(dice, overlapping, { background: 'exclude' })).rejects.toThrow(
    'dice background: the option has no effect: overlapping classes have no background class. ' +
      'Do this: leave it out.',
  );
});

test('a set with the background alone is refused', async () => {
  await expect(make(dice, task('exclusive', 1))).rejects.toMatchObject({
    code: 'RAREMASK_DICE_NO_CLASS',
  });
});

test('a smoothing term above that exceeds the one below is refused', async () => {
  await expect(parse(dice, { smooth: { numerator: 1, denominator: 0 } })).rejects.toThrow(
    'numerator must not be larger than denominator',
  );
});

test('an unknown option and a wrong word are refused', async () => {
  await expect(parse(dice, { smoth: 1 })).rejects.toThrow('smoth');
  await expect(parse(dice, { empty: 'skip' })).rejects.toThrow('mean-probability');
});

test('the census is counted only for smooth `structure`', async () => {
  let counts = 0;
  const counting = () => {
    counts += 1;
    return census(overlapping)();
  };
  await make(dice, overlapping, {}, counting);
  expect(counts).toBe(0);
  await make(dice, overlapping, { smooth: 'structure' }, counting);
  expect(counts).toBe(1);
});

test('smooth `structure` is refused where the training split has no structure of a class', async () => {
  const counted = await census(overlapping)();
  const classes = counted.classes.map((entry) => ({ ...entry, meanStructure: 0 }));
  await expect(
    make(dice, overlapping, { smooth: 'structure' }, async () => ({ ...counted, classes })),
  ).rejects.toMatchObject({ code: 'RAREMASK_DICE_NO_STRUCTURE' });
});

test('every option has a sentence for the docs', () => {
  const { properties } = dice.options['~standard'].jsonSchema.input({ target: 'draft-07' });
  for (const [name, schema] of Object.entries(properties as Record<string, object>)) {
    expect(schema, name).toHaveProperty('description');
  }
});
