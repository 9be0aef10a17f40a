import { isRaremaskError, type Json, type Sampler } from '@raremask/core';
import { describe, expect, test } from 'vitest';
import { counts, epoch, images, plan, withForeground } from './stock.ts';

type Hardness = (id: string, epoch: number) => number;

const onlyFirst: Hardness = (id) => (id === 'e0' ? 1 : 0);

/** Trains an epoch, from one of its batches on: each has the alarms that `hardness` says. */
function train(sampler: Sampler, index: number, hardness: Hardness, from = 0): string[] {
  const batches = [...sampler.batches(index)];
  for (const batch of batches.slice(from)) {
    sampler.observe!(
      batch.map((draw) => ({
        draw,
        loss: -hardness(draw.id, index),
        alarms: hardness(draw.id, index),
      })),
      index,
    );
  }
  return batches.flat().map(({ id }) => id);
}

const drawsOf = (sampler: Sampler, index: number) =>
  [...sampler.batches(index)].flat().map(({ id }) => id);

/** 10 images with foreground and 40 empty ones, 10 + 40 draws an epoch. */
const list = images(10, 40);
const half = { hardNegatives: { share: 0.5, momentum: 0.5 }, foreground: 0.2, length: 10 };
const start = (setting: object = half) => plan(setting, list, { batch: 5 });

describe('hard negatives', () => {
  test('are drawn more often from the next epoch on, and not before', () => {
    const { sampler } = start();
    const first = drawsOf(sampler, 0);
    train(sampler, 0, onlyFirst);
    expect(drawsOf(sampler, 0)).toEqual(first);
    train(sampler, 1, onlyFirst);
    // In two epochs all were seen, and one of them was hard. 20 of 40 draws of empty images go to it,
    // the others to all in turn.
    expect([20, 21]).toContain(counts(drawsOf(sampler, 2)).get('e0'));
    expect(counts(first).get('e0')).toBeLessThanOrEqual(2);
  });

  test('are drawn as often as they are hard', () => {
    // Alarms of 1, 2, 3 and 4 hundredths: 2, 4, 6 and 8 of 20 draws; and one in turn, or none.
    const planned = plan(
      { hardNegatives: { momentum: 0 }, foreground: 0.2, length: 10 },
      images(1, 40),
      { batch: 5 },
    );
    const { sampler } = planned;
    const hardness: Hardness = (id) => ({ e1: 0.01, e2: 0.02, e3: 0.03, e4: 0.04 })[id] ?? 0;
    // Two epochs show all of them at least once in turn.
    train(sampler, 0, hardness);
    train(sampler, 1, hardness);
    const runs = Array.from({ length: 100 }, (_, index) => counts(drawsOf(sampler, 2 + index)));
    const mean = (id: string) => runs.reduce((sum, seen) => sum + (seen.get(id) ?? 0), 0) / 100;
    for (const [id, hard] of [
      ['e1', 2],
      ['e2', 4],
      ['e3', 6],
      ['e4', 8],
      ['e5', 0],
    ] as const) {
      expect(Math.abs(mean(id) - hard - 0.5)).toBeLessThan(0.05);
    }
  });

  test('leave every empty image its turn, however many epochs another one is hard', () => {
    // 20 draws an epoch are in turn: the 40 empty images in two epochs.
    const { sampler } = start();
    const heard = [0, 1, 2, 3, 4, 5].map((index) => train(sampler, index, onlyFirst));
    for (const from of [0, 2, 4]) {
      const seen = new Set([...heard[from]!, ...heard[from + 1]!]);
      expect([...seen].filter((id) => id.startsWith('e'))).toHaveLength(40);
    }
  });

  test('leave the images with foreground, and how many there are, alone', () => {
    const heard = start();
    train(heard.sampler, 0, onlyFirst);
    expect(epoch(heard, 1).map(withForeground)).toEqual(Array(10).fill(1));
    const foreground = (index: number, of = heard) =>
      drawsOf(of.sampler, index)
        .filter((id) => id.startsWith('f'))
        .toSorted();
    expect(foreground(1)).toEqual(foreground(1, start()));
  });

  test('are known by a moving average', () => {
    // e0 is hard in epoch 0 alone, e1 in all: averages 1, 1/2, 1/4 and 1, 1, 1 after three epochs. Of
    // 36 hard draws in the fourth: 36 / 5 = 7.2 and 28.8; and 4 others in turn.
    const setting = { hardNegatives: { share: 0.9, momentum: 0.5 }, foreground: 0.2, length: 10 };
    const { sampler } = plan(setting, images(5, 4), { batch: 5 });
    const hardness: Hardness = (id, index) => (id === 'e1' || (id === 'e0' && index === 0) ? 1 : 0);
    for (const index of [0, 1, 2]) train(sampler, index, hardness);
    const seen = counts(drawsOf(sampler, 3));
    expect([8, 9]).toContain(seen.get('e0'));
    expect([29, 30]).toContain(seen.get('e1'));
  });

  test('that nobody has seen count as the mean of the others', () => {
    // Epoch 0 has 2 batches of 1 + 4 images; what was seen is equally hard, so all of them weigh the
    // same, and 400 hard draws are 10 for each of 40.
    const setting = { hardNegatives: {}, foreground: 0.2, length: 2 };
    const short = plan(setting, list, { batch: 5 });
    train(short.sampler, 0, () => 0.25);
    const saved = short.sampler.state!();
    const long = plan({ ...setting, length: 200 }, list, { batch: 5 });
    long.sampler.restore!(saved);
    const empty = drawsOf(long.sampler, 1).filter((id) => id.startsWith('e'));
    for (const count of counts(empty).values()) expect(count).toBe(20);
  });

  test('may be those of high loss, which may be below 0', () => {
    // Losses of -1 at e0 and 0 elsewhere: all others are equally hard, e0 comes in turn only.
    const { sampler } = start({ ...half, hardNegatives: { by: 'loss', momentum: 0 } });
    train(sampler, 0, onlyFirst);
    train(sampler, 1, onlyFirst);
    const later = [2, 3, 4, 5].flatMap((index) => drawsOf(sampler, index));
    // Two laps of 40 in turn over four epochs.
    expect(counts(later).get('e0')).toBe(2);
  });

  test('are a share that changes over the epochs', () => {
    const share = { from: 0, to: 0.8, epochs: 2 };
    const { sampler } = start({ ...half, hardNegatives: { share, momentum: 0 } });
    const seen = [0, 1, 2].map((index) => counts(train(sampler, index, onlyFirst)).get('e0'));
    // None of 40, 16 and 32 of them, and one in turn or none.
    expect(seen[0]).toBe(1);
    expect([16, 17]).toContain(seen[1]);
    expect([32, 33]).toContain(seen[2]);
  });

  test('keep the natural share of foreground where none is asked for', () => {
    const planned = start({ hardNegatives: {} });
    expect(planned.batches(0)).toBe(10);
    expect(epoch(planned).map(withForeground)).toEqual(Array(10).fill(1));
  });

  test('say so where no loss tells images apart', () => {
    const warnings: string[] = [];
    const setting = { ...half, hardNegatives: { by: 'loss' } };
    const { sampler } = plan(setting, list, { batch: 5, warnings });
    train(sampler, 0, () => 0);
    train(sampler, 1, () => 0);
    expect(warnings).toEqual([expect.stringContaining('by: loss has no effect')]);
  });
});

describe('a state', () => {
  const saved = (sampler: Sampler) => JSON.parse(JSON.stringify(sampler.state!())) as Json;
  const hardness: Hardness = (id, index) => ((Number(id.slice(1)) * 7 + index * 3) % 11) / 30;

  test.each([0, 1, 4, 9])(
    'resumes before batch %i of an epoch as if nothing had happened',
    (step) => {
      const whole = start();
      const interrupted = start();
      for (const index of [0, 1]) {
        train(whole.sampler, index, hardness);
        train(interrupted.sampler, index, hardness);
      }
      const begun = epoch(interrupted, 2).slice(0, step);
      for (const batch of begun) {
        interrupted.sampler.observe!(
          batch.map((draw) => ({ draw, loss: 0, alarms: hardness(draw.id, 2) })),
          2,
        );
      }
      const resumed = start();
      resumed.sampler.restore!(saved(interrupted.sampler));
      expect(train(resumed.sampler, 2, hardness, step)).toEqual(train(whole.sampler, 2, hardness));
      expect(saved(resumed.sampler)).toEqual(saved(whole.sampler));
      for (const index of [3, 4]) {
        expect(train(resumed.sampler, index, hardness)).toEqual(
          train(whole.sampler, index, hardness),
        );
      }
    },
  );

  test('of a run without feedback is nothing heard', () => {
    const { sampler } = start();
    sampler.restore!(null);
    expect(drawsOf(sampler, 5)).toEqual(drawsOf(start().sampler, 5));
  });

  test('of another sampler is refused', () => {
    const { sampler } = start();
    expect(() => sampler.restore!({ hard: [] })).toThrow(
      expect.toSatisfy(
        (error) => isRaremaskError(error) && error.code === 'RAREMASK_SAMPLER_STATE',
      ),
    );
  });

  test('is kept by hard negatives alone', () => {
    const { sampler } = plan({}, list);
    expect([sampler.observe, sampler.state, sampler.restore]).toEqual(Array(3).fill(undefined));
  });
});
