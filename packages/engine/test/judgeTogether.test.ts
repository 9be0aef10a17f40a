import type { Dataset, Facts, Sample } from '@raremask/core';
import { describe, expect, test } from 'vitest';
import { decide } from '../src/judging/decide.ts';
import type { DecisionRule } from '../src/judging/decisionRule.ts';
import { judgeTogether, type Member, Together } from '../src/judging/judgeTogether.ts';
import type { WholeSample } from '../src/reading/plan.ts';
import { remembered } from '../src/reading/remembered.ts';

const facts: Facts = {
  space: 2,
  channels: 1,
  classes: [
    { name: 'background', value: 0 },
    { name: 'lesion', value: 255 },
  ],
  overlapping: false,
};
const ANY: DecisionRule = { threshold: 0.5, minimumSizes: [0, 0], peaks: [0, 0] };

/** A decision of one network from the probability of a lesion in each pixel of one row. */
function decided(lesion: readonly number[], rule: DecisionRule = ANY) {
  const logits = Float32Array.from(lesion.flatMap((p) => [0, Math.log(p / (1 - p))]));
  const size = [1, lesion.length];
  return decide(facts, logits, { padded: size, seen: size, size }, rule);
}

function together(rows: readonly (readonly number[])[], rules: readonly DecisionRule[] = []) {
  const all = new Together(facts);
  for (const [at, row] of rows.entries()) {
    const rule = rules[at] ?? ANY;
    all.add(decided(row, rule), Float32Array.from(row), rule.threshold);
  }
  return all.result([1, rows[0]!.length]);
}

describe('several networks', () => {
  test('are averaged, and their standard deviation is the doubt', () => {
    const { decision, doubt } = together([
      [0.2, 0.9],
      [0.4, 0.9],
      [0.9, 0.9],
    ]);
    // Mean 0.5; squares 0.09 + 0.01 + 0.16 over 3.
    expect(decision.probabilities[1]).toBeCloseTo(0.5, 6);
    expect(doubt[0]).toBeCloseTo(Math.sqrt(0.26 / 3), 6);
    expect(doubt[1]).toBeCloseTo(0, 6);
    expect(decision.probabilities[0]! + decision.probabilities[1]!).toBeCloseTo(1, 6);
  });

  test('outline at the mean of their thresholds', () => {
    const rules = [
      { ...ANY, threshold: 0.2 },
      { ...ANY, threshold: 0.6 },
    ];
    const row = [0.45, 0.35];
    expect([...together([row, row], rules).decision.predicted]).toEqual([1, 0]);
  });

  test('vote on each structure by their own rules: half of them keep it', () => {
    // Two structures; the left one is nowhere above the peak that the two last networks ask for.
    const row = [0.7, 0.7, 0.1, 0.95, 0.95];
    const strict = { ...ANY, peaks: [0, 0.9] };
    const of = (...rules: readonly DecisionRule[]) => [
      ...together(
        rules.map(() => row),
        rules,
      ).decision.predicted,
    ];
    expect(of(ANY, strict, strict)).toEqual([0, 0, 0, 1, 1]);
    expect(of(ANY, strict)).toEqual([1, 1, 0, 1, 1]);
    expect(of(strict, strict)).toEqual([0, 0, 0, 1, 1]);
  });

  test('that each find a structure by their peaks find it together, though no pixel of the mean has that peak', () => {
    const strict = { ...ANY, peaks: [0, 0.9] };
    const { decision } = together(
      [
        [0.95, 0.6],
        [0.6, 0.95],
      ],
      [strict, strict],
    );
    expect(Math.max(decision.probabilities[1]!, decision.probabilities[3]!)).toBeLessThan(0.9);
    expect([...decision.predicted]).toEqual([1, 1]);
  });

  test('vote class by class where classes overlap', () => {
    const overlapping: Facts = {
      ...facts,
      classes: [
        { name: 'a', value: 1 },
        { name: 'b', value: 2 },
      ],
      overlapping: true,
    };
    const all = new Together(overlapping);
    const probabilities = Float32Array.of(0.8, 0.8);
    const foreground = Float32Array.of(0.8);
    for (const predicted of [
      [1, 0],
      [1, 0],
      [1, 1],
    ]) {
      all.add({ predicted: Uint8Array.from(predicted), probabilities }, foreground, 0.5);
    }
    // Class b is above the threshold, and two of three have dropped it.
    expect([...all.result([1, 1]).decision.predicted]).toEqual([1, 0]);
  });
});

/** A network that adds a number of its own to an image, as the logit of a lesion. */
function member(add: number, seen: string[], broken?: string): Member {
  return {
    judge: {
      facts,
      network: {
        async infer(images) {
          return { logits: Float32Array.from([...images].flatMap((value) => [0, value + add])) };
        },
      },
      rule: ANY,
      tiles: () => undefined,
      mirror: false,
    },
    feed: {
      async *whole(ids): AsyncGenerator<WholeSample> {
        for (const id of ids) {
          if (id === broken) continue;
          seen.push(`${add}:${id}`);
          const sample: Sample = { id, size: [1, 1], image: Float32Array.of(Number(id)) };
          const images = Float32Array.of(Number(id));
          yield { id, sample, images, seen: [1, 1], padded: [1, 1] };
        }
      },
    },
  };
}

test('each group of images is seen by all networks before the next, in the order of the ids', async () => {
  const seen: string[] = [];
  async function* groups() {
    yield ['0', '1'];
    yield ['2'];
  }
  const ids: string[] = [];
  // What the first cannot read is nobody's.
  for await (const { sample, decision, doubt } of judgeTogether(
    [member(-1, seen, '1'), member(1, seen)],
    groups(),
  )) {
    ids.push(sample.id);
    const [one, other] = [-1, 1].map((add) => 1 / (1 + Math.exp(-Number(sample.id) - add)));
    expect(decision.probabilities[1]).toBeCloseTo((one! + other!) / 2, 6);
    expect(doubt[0]).toBeCloseTo((other! - one!) / 2, 6);
  }
  expect(ids).toEqual(['0', '2']);
  expect(seen).toEqual(['-1:0', '1:0', '-1:2', '1:2']);
});

test('samples are read once for all networks, a group at a time, and broken ones fail for each', async () => {
  const reads: string[] = [];
  const dataset = {
    ids: ['a', 'b', 'c', 'd'],
    async read(id: string): Promise<Sample> {
      reads.push(id);
      if (id === 'b') throw new Error('broken');
      return { id, size: [2, 2], image: new Uint8Array(4) };
    },
  } as unknown as Dataset;
  const { dataset: kept, groups } = remembered(dataset);
  const found: (readonly string[])[] = [];
  for await (const ids of groups(dataset.ids, 8)) {
    found.push(ids);
    for (const id of ids) {
      for (const _ of [1, 2]) {
        if (id === 'b') await expect(kept.read(id)).rejects.toThrow('broken');
        else expect((await kept.read(id)).id).toBe(id);
      }
    }
  }
  expect(found).toEqual([['a', 'b', 'c'], ['d']]);
  expect(reads).toEqual(['a', 'b', 'c', 'd']);
});
