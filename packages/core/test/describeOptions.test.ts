import { expect, test } from 'vitest';
import { z } from 'zod';
import { describeOptions } from '../src/manifest/index.ts';

test('has a row for each option, in the order of the schema', () => {
  const options = z.strictObject({
    pool: z.enum(['image', 'batch']).default('image').describe('What is summed together'),
    smooth: z.number().min(0).default(1),
    classes: z.record(z.string(), z.int().min(0)).describe('Mask value of each class'),
    window: z.tuple([z.int().min(1), z.int().min(1)]).optional(),
    clip: z.number().gt(0).lt(1).nullable().default(null),
    bias: z.union([z.enum(['share', 'zero']), z.number()]).default('share'),
    names: z.array(z.string()).min(1).max(3).default([]),
    power: z.union([z.literal(1), z.literal(2)]).default(2),
    free: z.any().optional(),
  });
  expect(describeOptions({ options })).toEqual([
    {
      option: 'pool',
      type: 'image or batch',
      default: 'image',
      meaning: 'What is summed together',
    },
    { option: 'smooth', type: 'number of at least 0', default: '1', meaning: '' },
    {
      option: 'classes',
      type: 'map of names to whole number of at least 0',
      default: 'required',
      meaning: 'Mask value of each class',
    },
    {
      option: 'window',
      type: 'list of 2: each whole number of at least 1',
      default: 'none',
      meaning: '',
    },
    { option: 'clip', type: 'number above 0 and below 1 or null', default: 'null', meaning: '' },
    { option: 'bias', type: 'share, zero or number', default: 'share', meaning: '' },
    { option: 'names', type: 'list of 1 to 3: each text', default: '[]', meaning: '' },
    { option: 'power', type: '1 or 2', default: '2', meaning: '' },
    { option: 'free', type: 'anything', default: 'none', meaning: '' },
  ]);
});

test('spreads maps and lists of maps out, and options of several branches once', () => {
  const options = z.strictObject({
    group: z.strictObject({ file: z.string(), column: z.string().default('group') }).optional(),
    terms: z.array(z.strictObject({ power: z.number() })).default([]),
    smooth: z
      .discriminatedUnion('kind', [
        z.strictObject({ kind: z.literal('none') }),
        z.strictObject({ kind: z.literal('add'), amount: z.number().default(1) }),
      ])
      .optional(),
  });
  expect(describeOptions({ options }).map(({ option, default: value }) => [option, value])).toEqual(
    [
      ['group', 'none'],
      ['group.file', 'required'],
      ['group.column', 'group'],
      ['terms', '[]'],
      ['terms[].power', 'required'],
      ['smooth', 'none'],
      ['smooth.kind', 'required'],
      ['smooth.amount', '1'],
    ],
  );
});

test('is empty for a plugin without options', () => {
  expect(describeOptions({})).toEqual([]);
});
