import { describe, expect, test } from 'vitest';
import dice from '../src/index.ts';
import { type Batch, evaluate, randomBatch, task } from './batch.ts';
import { subjects } from './losses.ts';
import { census, make } from './make.ts';
import { randomOptions, suits } from './options.ts';
import { countTensors, expectNear } from './tensors.ts';

countTensors();

const facts = task('exclusive', 5);
/** As `join: { both: [b, d] }` makes background, a, both, c of them. */
const GROUPS = [[0], [1], [2, 4], [3]];
const JOIN = { both: ['b', 'd'] };
const joinedFacts = {
  ...facts,
  classes: ['background', 'a', 'both', 'c'].map((name, value) => ({ name, value })),
};

const rowsOf = (values: readonly number[], width: number) =>
  Array.from({ length: values.length / width }, (_, row) =>
    values.slice(row * width, (row + 1) * width),
  );
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
const logSumExp = (values: readonly number[]) => {
  const most = Math.max(...values);
  return most + Math.log(sum(values.map((value) => Math.exp(value - most))));
};

/** The same batch of a network whose classes are joined: its softmax sums the members. */
function joinedBatch(batch: Batch, groups: readonly (readonly number[])[]): Batch {
  return {
    ...batch,
    facts: { ...facts, classes: joinedFacts.classes.slice(0, groups.length) },
    logits: rowsOf(batch.logits, 5).flatMap((row) =>
      groups.map((members) => logSumExp(members.map((index) => row[index]!))),
    ),
    target: rowsOf(batch.target, 5).flatMap((row) =>
      groups.map((members) => sum(members.map((index) => row[index]!))),
    ),
  };
}

/** A gradient of the joined logits, with respect to those that were joined. */
function spread(gradient: readonly number[], batch: Batch, groups: typeof GROUPS): number[] {
  const joined = rowsOf(gradient, groups.length);
  return rowsOf(batch.logits, 5).flatMap((row, at) =>
    row.map((logit, index) => {
      const group = groups.findIndex((members) => members.includes(index));
      const whole = logSumExp(groups[group]!.map((member) => row[member]!));
      return joined[at]![group]! * Math.exp(logit - whole);
    }),
  );
}

describe.each(subjects.filter((subject) => suits(subject, facts)))(
  '$plugin.name',
  ({ plugin, choices, effective }) => {
    test('of joined classes is that of a network that has no others', async () => {
      for (const seed of [1, 2, 3, 4]) {
        const drawn = randomOptions(
          { plugin, choices, effective: (one) => effective(one, joinedFacts) },
          joinedFacts,
          seed,
        );
        const options = drawn['smooth'] === 'structure' ? { ...drawn, smooth: 1 } : drawn;
        const batch = randomBatch(facts, [4, 3], seed);
        const plain = joinedBatch(batch, GROUPS);
        const expected = evaluate(await make(plugin, joinedFacts, options), plain);
        const seen = evaluate(await make(plugin, facts, { ...options, join: JOIN }), batch);
        expectNear(seen.values, expected.values, { relative: 1e-4, absolute: 1e-5 });
        expectNear(seen.gradient, spread(expected.gradient, batch, GROUPS), {
          relative: 1e-3,
          absolute: 1e-5,
        });
      }
    });
  },
);

test('`foreground` joins all but the background', async () => {
  const batch = randomBatch(facts, [4, 3], 9);
  const groups = [[0], [1, 2, 3, 4]];
  const plain = joinedBatch(batch, groups);
  const seen = evaluate(await make(dice, facts, { join: 'foreground' }), batch);
  const expected = evaluate(await make(dice, plain.facts), plain);
  expectNear(seen.values, expected.values, { relative: 1e-5, absolute: 1e-6 });
});

test('logits that saturate give finite numbers', async () => {
  const batch = randomBatch(facts, [4, 3], 5);
  const far = { ...batch, logits: batch.logits.map((logit) => 5000 * logit) };
  for (const empty of ['cross-entropy', 'background', 'smooth']) {
    const { values, gradient } = evaluate(await make(dice, facts, { empty, join: JOIN }), far);
    expect([...values, ...gradient].every(Number.isFinite)).toBe(true);
  }
});

describe('what cannot be joined is refused with what to do', () => {
  test.each([
    [{ both: ['b', 'e'] }, 'there is no class e, or it is the background'],
    [{ both: ['b', 'background'] }, 'there is no class background'],
    [{ both: ['b', 'd'], more: ['d', 'a'] }, 'd is named twice'],
    [{ a: ['b', 'd'] }, 'a is a class of its own'],
    [{ background: ['b', 'd'] }, 'background is a class of its own'],
    [{ both: ['b'] }, 'it joins nothing'],
    [{}, 'it joins nothing'],
  ])('%j', async (join, what) => {
    await expect(make(dice, facts, { join })).rejects.toMatchObject({
      code: 'RAREMASK_DICE_JOIN',
      message: expect.stringContaining(what),
    });
  });

  test('one foreground class, overlapping classes, and a structure that was not counted', async () => {
    await expect(make(dice, task('exclusive', 2), { join: 'foreground' })).rejects.toMatchObject({
      code: 'RAREMASK_DICE_JOIN',
    });
    await expect(make(dice, task('overlapping', 3), { join: JOIN })).rejects.toMatchObject({
      code: 'RAREMASK_DICE_NEEDS_EXCLUSIVE',
    });
    await expect(
      make(dice, facts, { join: JOIN, smooth: 'structure' }, census(facts)),
    ).rejects.toMatchObject({ code: 'RAREMASK_DICE_JOIN' });
  });

  test('other options name classes as joined', async () => {
    await make(dice, facts, { join: JOIN, classWeights: { both: 2 }, multiplicity: { both: 3 } });
    await expect(make(dice, facts, { join: JOIN, classWeights: { b: 2 } })).rejects.toMatchObject({
      code: 'RAREMASK_UNKNOWN_CLASS',
    });
  });
});
