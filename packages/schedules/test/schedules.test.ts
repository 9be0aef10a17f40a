import type { SchedulePlugin } from '@raremask/core';
import type { LoadedPlugin } from '@raremask/core/host';
import { createHost } from '@raremask/core/host';
import { describe, expect, test } from 'vitest';
import constant from '../src/constant.ts';
import cosine from '../src/cosine.ts';
import oneCycle from '../src/oneCycle.ts';
import plateau from '../src/plateau.ts';
import poly from '../src/poly.ts';
import step from '../src/step.ts';

async function made(plugin: SchedulePlugin, raw: object = {}) {
  const checked = await plugin.options?.['~standard'].validate(raw);
  const options = checked !== undefined && 'value' in checked ? checked.value : {};
  const loaded: Pick<LoadedPlugin<'schedule'>, 'kind' | 'plugin' | 'options' | 'place'> = {
    kind: 'schedule',
    plugin,
    options,
    place: 'train.schedule',
  };
  return await createHost().run({ seed: 1 }).make(loaded);
}

const at = (done: number) => ({ done, epoch: done * 10, epochs: 10 });

describe('a schedule', () => {
  test('that is constant stays at 1', async () => {
    const { factor } = await made(constant);
    expect([0, 0.5, 0.99].map((done) => factor(at(done)))).toEqual([1, 1, 1]);
  });

  test('by a cosine goes from 1 over a half to the final share', async () => {
    const { factor } = await made(cosine, { final: 0.1 });
    expect(factor(at(0))).toBe(1);
    expect(factor(at(0.5))).toBeCloseTo(0.55, 12);
    expect(factor(at(1))).toBeCloseTo(0.1, 12);
  });

  test('by a power falls with it', async () => {
    const { factor } = await made(poly);
    expect(factor(at(0.5))).toBeCloseTo(0.5 ** 0.9, 12);
    expect(factor(at(1))).toBe(0);
  });

  test('of one cycle rises to 1 and falls below its beginning', async () => {
    const { factor } = await made(oneCycle);
    expect(factor(at(0))).toBeCloseTo(0.04, 12);
    // Half of the rise: half of the way.
    expect(factor(at(0.15))).toBeCloseTo((0.04 + 1) / 2, 12);
    expect(factor(at(0.3))).toBeCloseTo(1, 12);
    expect(factor(at(1))).toBeCloseTo(4e-6, 12);
  });

  test('of steps falls at its shares', async () => {
    const { factor } = await made(step, { at: [0.8, 0.4], factor: 0.5 });
    expect([0, 0.39, 0.4, 0.79, 0.8].map((done) => factor(at(done)))).toEqual([
      1, 1, 0.5, 0.5, 0.25,
    ]);
  });

  test('of plateaus falls once the score has stayed behind for its patience', async () => {
    const schedule = await made(plateau, { patience: 2, factor: 0.5, threshold: 0.01 });
    const factors = [0.5, 0.505, 0.6, 0.6, 0.605, 0.5, 0.5].map((score, epoch) => {
      schedule.observe?.(score, epoch);
      return schedule.factor(at(epoch / 10));
    });
    // .505 and .605 are better by less than the threshold.
    expect(factors).toEqual([1, 1, 1, 1, 0.5, 0.5, 0.25]);
  });

  test('of plateaus goes on where its state says, and never below the least', async () => {
    const first = await made(plateau, { patience: 1, factor: 0.1, least: 0.05 });
    for (const score of [1, 0]) first.observe?.(score, 0);
    const second = await made(plateau, { patience: 1, factor: 0.1, least: 0.05 });
    second.restore?.(first.state!());
    expect(second.factor(at(0))).toBe(0.1);
    second.observe?.(0.5, 1);
    expect(second.factor(at(0))).toBe(0.05);
  });
});
