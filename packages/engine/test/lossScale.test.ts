import type { RunEvent } from '@raremask/core';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { EagerRunner } from '../src/runner/eagerRunner.ts';
import type { StepCall, StepResult } from '../src/runner/runner.ts';
import type { StepProgram } from '../src/step/program.ts';
import { initialState } from '../src/step/state.ts';
import { LossScale } from '../src/training/lossScale.ts';
import { adamw } from './adamw.ts';
import { model, squares } from './pixelModel.ts';
import { twoClasses } from './twoClasses.ts';

const optimizer = adamw(0.01);
const program: StepProgram = {
  ...{ facts: twoClasses, model, losses: [squares], optimizer, clip: 1, outcomes: false },
};

function call(more: Partial<StepCall> = {}): StepCall {
  return {
    ...{ count: 2, size: [1, 2], images: Float32Array.of(1, 2, 3, -1) },
    target: Float32Array.of(1, 0, 1, 0, 1, 0, 1, 0),
    weight: new Float32Array(4).fill(1),
    ...{ learningRate: 0.1, numbers: optimizer.numbers!(1), termWeights: [1] },
    uniform: (into) => into.fill(1),
    ...more,
  };
}

/** Too large for any gradient in float32. */
const OVERFLOWING = 3e38;

beforeAll(async () => {
  await tf.setBackend('cpu');
});

describe('a step with a scaled loss', () => {
  async function after(one: StepProgram, ...calls: StepCall[]) {
    const runner = new EagerRunner(one, initialState(one));
    const said: StepResult[] = [];
    for (const step of calls) said.push(await runner.step(step));
    const state = await runner.state();
    await runner.dispose();
    return { said, state };
  }

  test('says and makes what one without does: a power of two changes no digit', async () => {
    const whole = await after(program, call());
    const scaled = await after({ ...program, scaled: true }, call({ lossScale: 2 ** 16 }));
    expect(scaled.state).toEqual(whole.state);
    expect(scaled.said).toEqual([{ ...whole.said[0], overflowed: false }]);
  });

  test('changes nothing where its gradient overflows, and says so', async () => {
    const scaled = { ...program, scaled: true };
    const { said, state } = await after(scaled, call({ lossScale: OVERFLOWING }));
    expect(state).toEqual(initialState(scaled));
    expect(said[0]!.overflowed).toBe(true);
    expect(said[0]!.loss).toBeGreaterThan(0);
  });

  test('that only gathers says so as well, and adds nothing to what was gathered', async () => {
    const gathering = { ...program, scaled: true, accumulate: true };
    const first = { share: 0.5, first: true, last: false };
    const more = { share: 0.5, first: false, last: false };
    const one = await after(gathering, call({ lossScale: 8, gathering: first }));
    const two = await after(
      gathering,
      call({ lossScale: 8, gathering: first }),
      call({ lossScale: OVERFLOWING, gathering: more }),
    );
    expect(two.said.map(({ overflowed, gradientNorm }) => [overflowed, gradientNorm])).toEqual([
      [false, null],
      [true, null],
    ]);
    expect(two.state).toEqual(one.state);
  });

  test('is not to blame for a loss that is not finite', async () => {
    const images = Float32Array.of(1, 2, Number.POSITIVE_INFINITY, -1);
    const { said } = await after({ ...program, scaled: true }, call({ lossScale: 8, images }));
    expect(said[0]!.overflowed).toBe(false);
    expect(said[0]!.loss).not.toBeLessThan(Number.POSITIVE_INFINITY);
  });
});

describe('the scale of the loss', () => {
  const result = (overflowed: boolean): StepResult => ({
    ...{ loss: 1, terms: [1], gradientNorm: overflowed ? Number.POSITIVE_INFINITY : 1, overflowed },
  });
  const place = { epoch: 2, step: 3 };
  function scaleOf(state?: ConstructorParameters<typeof LossScale>[1]) {
    const notes: string[] = [];
    const scale = new LossScale(
      (event: RunEvent) => event.type === 'note' && notes.push(event.text),
      state,
    );
    return { scale, notes };
  }

  test('is halved by an overflow, which skips the update, and that is said', () => {
    const { scale, notes } = scaleOf();
    expect(scale.now).toBe(65536);
    expect(scale.after(result(true), place, true)).toBe(true);
    expect(scale.state).toEqual({ now: 32768, good: 0, isDropped: false });
    expect(notes).toEqual([
      'a gradient has left the range of float16 in epoch 2, step 3: this update is skipped, and the loss is scaled by 32768 from now on',
    ]);
    expect(scale.after(result(false), place, true)).toBe(false);
    expect(scale.state.good).toBe(1);
  });

  test('is doubled after 2000 updates in a row, no sooner, and up to 2^24', () => {
    const { scale, notes } = scaleOf({ now: 2 ** 23, good: 0, isDropped: false });
    const goods = (times: number) => {
      for (let at = 0; at < times; at++) scale.after(result(false), place, true);
    };
    goods(1999);
    scale.after(result(true), place, true);
    goods(1999);
    expect(scale.now).toBe(2 ** 22);
    goods(1);
    expect(scale.now).toBe(2 ** 23);
    expect(notes.at(-1)).toContain('in 2000 updates: after epoch 2, step 3 the loss is scaled by');
    goods(4000);
    expect(scale.now).toBe(2 ** 24);
    expect(notes).toHaveLength(3);
  });

  test('drops an update of several batches where one of them overflows, and counts updates', () => {
    const { scale } = scaleOf();
    expect(scale.after(result(true), place, false)).toBe(true);
    expect(scale.isDropped).toBe(true);
    const resumed = scaleOf(scale.state).scale;
    expect(resumed.after(result(false), place, true)).toBe(true);
    expect(resumed.state).toEqual({ now: 32768, good: 0, isDropped: false });
    expect(resumed.after(result(false), place, false)).toBe(false);
    expect(resumed.state.good).toBe(0);
    expect(resumed.after(result(false), place, true)).toBe(false);
    expect(resumed.state.good).toBe(1);
  });

  test('leaves an overflow that no scale prevents to who asks', () => {
    const { scale, notes } = scaleOf({ now: 1, good: 5, isDropped: false });
    expect(scale.after(result(true), place, true)).toBe(false);
    expect(scale.state).toEqual({ now: 1, good: 5, isDropped: false });
    expect(notes).toEqual([]);
  });
});
