import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { further } from '../../../test/further.ts';
import { EagerRunner } from '../src/runner/eagerRunner.ts';
import type { StateArrays, StepCall, StepResult } from '../src/runner/runner.ts';
import type { StepProgram } from '../src/step/program.ts';
import { initialState } from '../src/step/state.ts';
import { joinStrides, shareOf, sharesOf, strideOf } from '../src/team/share.ts';
import type { Team } from '../src/team/team.ts';
import { alignState } from '../src/training/sameState.ts';
import type { DoneStep } from '../src/training/together.ts';

const file = join(import.meta.dirname, 'fixtures', 'team', 'member.mjs');
const { programOf, drawsOf, callOf, streamOf } = (await import(file)) as {
  programOf(processes?: undefined, more?: object): StepProgram;
  drawsOf(count: number): { readonly id: string }[];
  callOf(step: number, draws: readonly unknown[]): Omit<StepCall, 'uniform'>;
  streamOf(step: number): { next(): number };
};

interface Member {
  readonly said: readonly (DoneStep & { readonly isAsked: boolean; readonly clock: number })[];
  readonly state: StateArrays;
}

/** What threads have made of the same batches together. */
async function team(
  size: number,
  batches: readonly number[],
  joins: boolean,
  overflow?: { readonly rank: number; readonly step: number },
): Promise<Member[]> {
  const memory = new SharedArrayBuffer(size * 4096 * 8);
  const gate = new SharedArrayBuffer(8);
  return await Promise.all(
    Array.from(
      { length: size },
      (_, rank) =>
        new Promise<Member>((resolve, reject) => {
          const workerData = { rank, size, memory, gate, batches, joins, overflow };
          const worker = new Worker(file, { workerData });
          worker.once('message', resolve);
          worker.once('error', reject);
          // The others would wait for it.
          worker.once('exit', (code) => reject(new Error(`thread ${rank} ended (${code})`)));
        }),
    ),
  );
}

/** What one process makes of them. */
async function alone(batches: readonly number[]) {
  const program = programOf();
  const runner = new EagerRunner(program, initialState(program));
  const said: StepResult[] = [];
  for (const [step, count] of batches.entries()) {
    const random = streamOf(step);
    const uniform = (into: Float32Array) => {
      for (let at = 0; at < into.length; at++) into[at] = random.next();
    };
    said.push(await runner.step({ ...callOf(step, drawsOf(count)), uniform }));
  }
  const state = await runner.state();
  await runner.dispose();
  return { said, state };
}

function expectClose(got: readonly number[], expected: readonly number[], tolerance: number): void {
  expect(got).toHaveLength(expected.length);
  const apart = Math.max(...got.map((value, at) => Math.abs(value - expected[at]!)));
  expect(apart).toBeLessThan(tolerance);
}

const flat = (state: StateArrays) =>
  (['weights', 'buffers', 'slots', 'averages'] as const).flatMap((kind) =>
    state[kind].flatMap((values) => [...values]),
  );

beforeAll(async () => {
  await tf.setBackend('cpu');
});

describe('several processes', () => {
  // The last batch has fewer images than there are processes.
  const batches = [6, 5, 2];

  test.each([2, ...further('three processes', [3])])(
    '%i of them make the steps that one makes',
    async (size) => {
      const one = await alone(batches);
      const members = await team(size, batches, true);
      for (const { said, state } of members) {
        expectClose(flat(state), flat(one.state), 1e-5);
        for (const [step, { result }] of said.entries()) {
          const expected = one.said[step]!;
          const numbers = ({ loss, terms, gradientNorm, outcomes }: StepResult) => [
            ...[loss, ...terms, gradientNorm!],
            ...outcomes!.flatMap((outcome) => [outcome.loss, outcome.alarms]),
          ];
          expectClose(numbers(result), numbers(expected), 1e-5);
        }
      }
    },
  );

  test('have the same weights to the last bit', { timeout: 180_000 }, async () => {
    const [first, ...others] = await team(3, batches, true);
    for (const { state } of others) expect(flat(state)).toEqual(flat(first!.state));
  });

  test('without joining, normalise each part by itself and keep the mean of the statistics', async () => {
    const one = await alone(batches);
    const [first, second] = await team(2, batches, false);
    expect(flat(second!.state)).toEqual(flat(first!.state));
    const apart = flat(first!.state).map((value, at) => Math.abs(value - flat(one.state)[at]!));
    expect(Math.max(...apart)).toBeGreaterThan(1e-4);
  });

  test('skip an update together where the scaled gradient of one of them overflows', async () => {
    const members = await team(2, [6, 6], false, { rank: 1, step: 0 });
    const [first, second] = members;
    expect(flat(second!.state)).toEqual(flat(first!.state));
    for (const { said } of members) {
      expect(said.map(({ result }) => [result.overflowed, result.gradientNorm === null])).toEqual([
        [true, true],
        [undefined, false],
      ]);
    }
    // What the first step would have added is not there: the second alone has moved the weights.
    const moved = first!.said[1]!.result.gradientNorm;
    const whole = await team(2, [6, 6], false, { rank: 1, step: 5 });
    expect(whole[0]!.said.map(({ result }) => result.overflowed)).toEqual([undefined, undefined]);
    expect(whole[0]!.said[1]!.result.gradientNorm).not.toBe(moved);
  });

  test('agree on counts, on the time of the first, and on a wish to stop', async () => {
    const members = await team(2, [4, 4, 1], true);
    for (const { said } of members) {
      expect(said.map(({ isAsked }) => isAsked)).toEqual([false, true, true]);
      expect(said.map(({ clock }) => clock)).toEqual([100, 100, 100]);
      expect(said.map(({ batch: { masks, pasted }, waited }) => [masks, pasted, waited])).toEqual([
        [2, 4, 3],
        [2, 4, 3],
        // One process has nothing of a batch of one image.
        [1, 2, 3],
      ]);
    }
  });
});

test('the parts of a batch are the batch', () => {
  const draws = [...'abcdefg'];
  const parts = [0, 1, 2].map((rank) => shareOf(draws, { rank, size: 3 }));
  expect(parts.map((part) => part.draws.join(''))).toEqual(['ab', 'cd', 'efg']);
  expect(parts.map(({ from }) => from)).toEqual([0, 2, 4]);
  expect(sharesOf(draws, { size: 3 })).toEqual([2 / 7, 2 / 7, 3 / 7]);
});

test('of a batch of fewer images than processes, some count for nothing', () => {
  expect(sharesOf(['a', 'b'], { size: 3 })).toEqual([0, 0.5, 0.5]);
  expect(shareOf(['a', 'b'], { rank: 0, size: 3 }).draws).toEqual(['a']);
});

test.each([0, 1, 5, 6])('strides of a list of %i are the list', (length) => {
  const list = Array.from({ length }, (_, index) => index);
  const strides = [0, 1, 2].map((rank) => strideOf(list, { rank, size: 3 }));
  expect(joinStrides(strides)).toEqual(list);
});

test('where processes have drifted apart, the weights of the first count', async () => {
  const program = programOf();
  const states = [0, 1].map((rank) => {
    const state = initialState(program);
    state.weights[0]![0]! += rank * 1e-7;
    return state;
  });
  // Two who meet in one process: what is said first waits for what the other says.
  const said: {
    resolve(all: Uint8Array[]): void;
    readonly rank: number;
    readonly own: Uint8Array;
  }[] = [];
  const gatherOf = (rank: number) => (own: Uint8Array) =>
    new Promise<Uint8Array[]>((resolve) => {
      said.push({ resolve, rank, own });
      if (said.length < 2) return;
      const all = said.splice(0).toSorted((a, b) => a.rank - b.rank);
      for (const one of all) one.resolve(all.map((other) => other.own));
    });
  const team = (rank: number): Team => ({
    ...{ rank, size: 2, sum() {}, gather: gatherOf(rank) },
    fromFirst: async (bytes) => (await gatherOf(rank)(bytes ?? new Uint8Array(0)))[0]!,
  });
  const loaded = new Map<number, StateArrays>();
  const align = (of: readonly StateArrays[]) =>
    Promise.all(
      of.map((state, rank) =>
        alignState(team(rank), {
          state: async () => state,
          load: (one) => void loaded.set(rank, one),
        }),
      ),
    );
  expect(await align(states)).toEqual([true, true]);
  expect([...loaded.values()].map(flat)).toEqual([flat(states[0]!), flat(states[0]!)]);
  loaded.clear();
  expect(await align([states[0]!, states[0]!])).toEqual([false, false]);
  expect(loaded.size).toBe(0);
});
