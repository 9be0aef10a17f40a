import { loadRuntime, onProvider, type Runtime } from '@raremask/compiler';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { openRunner } from '../src/runner/openRunner.ts';
import type { Runner, StepCall, StepResult } from '../src/runner/runner.ts';
import type { StepProgram } from '../src/step/program.ts';
import { initialState } from '../src/step/state.ts';
import { grouped } from '../src/training/grouped.ts';
import { adamw } from './adamw.ts';
import { model, squares } from './pixelModel.ts';
import { twoClasses } from './twoClasses.ts';

const outcome = await loadRuntime();
if (outcome.state !== 'ok') console.warn(`skipped: onnxruntime-node (${outcome.detail})`);

const optimizer = adamw(0.01);
const program: StepProgram = {
  ...{ facts: twoClasses, model, losses: [squares], optimizer, clip: 1, outcomes: true },
};

/** Batches of two images of two pixels. @param values of the images */
function callsOf(...values: readonly number[]): StepCall[] {
  return values.map((value, index) => ({
    ...{ count: 2, size: [1, 2], images: Float32Array.of(1, 2, value, -1) },
    target: Float32Array.of(1, 0, 1, 0, 1, 0, 0, 1),
    weight: new Float32Array(4).fill(1),
    ...{
      learningRate: 0.1 / (index + 1),
      numbers: optimizer.numbers!(index + 1),
      termWeights: [1],
    },
    uniform: (into) => into.fill(1),
  }));
}

beforeAll(async () => {
  await tf.setBackend('cpu');
});

describe.skipIf(outcome.state !== 'ok')('steps that are made at once', () => {
  function open(
    repeats: boolean,
    inferenceSession?: Partial<Runtime['InferenceSession']>,
    note: (text: string) => void = () => {},
  ): Runner {
    if (outcome.state !== 'ok') throw new Error(outcome.detail);
    const runtime = {
      ...outcome.runtime,
      ...(inferenceSession && {
        InferenceSession: inferenceSession as Runtime['InferenceSession'],
      }),
    };
    const compute = {
      runtime: onProvider(runtime, { ...runtime.provider, repeats }),
      threads: 1,
    };
    return openRunner(compute, program, initialState(program), (event) => {
      if (event.type === 'note') note(event.text);
    });
  }

  async function oneByOne(calls: readonly StepCall[]) {
    const runner = open(false);
    const said: StepResult[] = [];
    for (const call of calls) said.push(await runner.step(call));
    const state = await runner.state();
    await runner.dispose();
    return { said, state };
  }

  async function atOnce(calls: readonly StepCall[]) {
    const runner = open(true);
    const said = await runner.steps(calls);
    const state = await runner.state();
    await runner.dispose();
    return { said, state };
  }

  test('say and make what they do one after the other', async () => {
    const calls = callsOf(3, 4, -2, 0.5);
    expect(await atOnce(calls)).toEqual(await oneByOne(calls));
  });

  test.each([0, 1, 3])('end at one whose loss is not finite, after %i others', async (before) => {
    const values = [3, 4, -2, 0.5].toSpliced(before, 1, Number.POSITIVE_INFINITY);
    const calls = callsOf(...values, 1);
    expect(await atOnce(calls)).toEqual(await oneByOne(calls.slice(0, before + 1)));
  });

  test.each(['opens', 'runs'])(
    'are one each on a device that never %s several, and that is said',
    async (when) => {
      if (outcome.state !== 'ok') return;
      const { InferenceSession } = outcome.runtime;
      const notes: string[] = [];
      const refusing = {
        async create(model: Uint8Array, ...options: object[]) {
          const isScan = Buffer.from(model).includes('Scan');
          const refuse = () => {
            throw new Error('there is no kernel for Scan');
          };
          if (isScan && when === 'opens') refuse();
          const session = await InferenceSession.create(model, ...options);
          if (isScan) session.run = refuse;
          return session;
        },
      };
      const runner = open(true, refusing as never, (text) => notes.push(text));
      const calls = callsOf(3, 4, -2);
      const said: StepResult[] = [];
      while (said.length < 3) said.push(...(await runner.steps(calls.slice(said.length))));
      expect({ said, state: await runner.state() }).toEqual(await oneByOne(calls));
      expect(runner.atOnce).toBe(1);
      expect(notes.join('\n')).toContain(
        'several steps are not made in one run, which would be faster: there is no kernel for Scan',
      );
      await runner.dispose();
    },
  );

  test('are one where nothing is gained by more', async () => {
    const runner = open(false);
    expect(await runner.steps(callsOf(3, 4))).toHaveLength(1);
    expect(runner.atOnce).toBe(1);
    await runner.dispose();
  });

  test('are more as soon as one has shown how long it takes, and never more than are given', async () => {
    const runner = open(true);
    expect(runner.atOnce).toBe(1);
    await runner.steps(callsOf(3));
    expect(runner.atOnce).toBe(16);
    expect(await runner.steps(callsOf(...new Array<number>(20).fill(2)))).toHaveLength(16);
    await runner.dispose();
  });
});

describe('batches in groups', () => {
  async function* batches(...sizes: readonly number[]) {
    for (const size of sizes) {
      yield { draws: [{ id: 'a' }], size: [size, 4] } as never;
    }
  }

  async function sizes(most: () => number, ...of: readonly number[]): Promise<number[][]> {
    const groups: number[][] = [];
    for await (const group of grouped(batches(...of), most)) {
      groups.push(group.map(({ size }) => size[0]!));
    }
    return groups;
  }

  test('are as many as are wanted when a group begins; the last one has the rest', async () => {
    const wanted = [1, 3, 2];
    expect(await sizes(() => wanted.shift()!, 8, 8, 8, 8, 8)).toEqual([[8], [8, 8, 8], [8]]);
  });

  test('have one shape', async () => {
    expect(await sizes(() => 3, 8, 8, 16, 8, 8, 8, 8)).toEqual([[8, 8], [16], [8, 8, 8], [8]]);
  });

  test('are handed over before another batch is asked for', async () => {
    let asked = 0;
    async function* counted() {
      for await (const batch of batches(8, 8, 8)) {
        asked++;
        yield batch;
      }
    }
    for await (const group of grouped(counted(), () => 2)) {
      expect(asked).toBe(group.length === 2 ? 2 : 3);
    }
  });
});
