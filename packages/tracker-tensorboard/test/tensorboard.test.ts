import { readdirSync, readFileSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { isRaremaskError } from '@raremask/core';
import { decode } from 'fast-png';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pythonWith } from '../../../test/python.ts';
import { trackedRun } from '../../../test/runEvents.ts';
import { epoch, image, scratch, step, tracker } from './run.ts';
import { eventually, openTensorboard, type Viewer } from './server.ts';

const folder = scratch();

test('hands out only what was asked for', () => {
  const bare = tracker({ images: 0, prCurves: false }).tracker;
  expect([bare.image, bare.weights]).toEqual([undefined, undefined]);
  expect(tracker({ images: 0 }).tracker.image).toBeDefined();
  expect(tracker({ histograms: 3 }).tracker.weights?.every).toBe(3);
});

test('every event is in the file when its call returns', async () => {
  const { tracker: writing } = tracker({});
  const run = join(folder, 'at-once');
  await writing.start!(trackedRun(run));
  const [name] = readdirSync(join(run, 'tensorboard'));
  const bytes = () => readFileSync(join(run, 'tensorboard', name!)).length;
  const before = bytes();
  await writing.event!(step(1, 1, 0.5));
  expect(bytes()).toBeGreaterThan(before);
  await writing.end!('finished');
});

test('a folder of several runs has one folder for each', async () => {
  const { tracker: writing, lines } = tracker({ folder: 'all' }, folder);
  await writing.start!(trackedRun(join(folder, 'runs', 'nodules-2')));
  await writing.end!('finished');
  expect(readdirSync(join(folder, 'all', 'nodules-2'))).toHaveLength(1);
  expect(lines).toEqual([
    `look at the run with: tensorboard --logdir ${join(folder, 'all', 'nodules-2')}`,
  ]);
});

test('a folder that cannot be written is an error that names it', async () => {
  const { tracker: writing } = tracker({ folder: 'record.test.ts' }, import.meta.dirname);
  const error = await Promise.resolve()
    .then(() => writing.start!(trackedRun(join(folder, 'no'))))
    .catch((thrown: unknown) => thrown);
  expect(isRaremaskError(error) && error.code).toBe('RAREMASK_TENSORBOARD_WRITE');
  expect(String(error)).toContain('record.test.ts');
});

const python = pythonWith('tensorboard');

/** A run of two epochs that is killed in a write of the second, and goes on from the first. */
async function killedAndResumed(run: string): Promise<void> {
  const setting = { histograms: 1, images: 4 };
  const { tracker: first } = tracker(setting);
  await first.start!(trackedRun(run));
  await first.event!(step(1, 1, 0.9));
  await first.event!(step(1, 2, 0));
  await first.image!(image('f/1', 1, [0.9, 0.3, 0.6, 0.1]));
  await first.image!(image('e1', 1, [0, 0, 0.7, 0], true));
  await first.event!(epoch(1, 0.45, 0.5, true));
  const values = Float32Array.of(-1, 0, 0, 1);
  await first.weights!.take({ epoch: 1, step: 2, weights: [{ name: 'a', shape: [4], values }] });
  // After the checkpoint: done again by the run that goes on.
  await first.event!(step(2, 1, 77));
  await first.event!(step(2, 2, 88));
  const [name] = readdirSync(join(run, 'tensorboard'));
  const path = join(run, 'tensorboard', name!);
  truncateSync(path, readFileSync(path).length - 5);

  const { tracker: second } = tracker(setting);
  await second.start!(trackedRun(run, { startEpoch: 2, startStep: 2 }));
  await second.event!(step(2, 1, 0.7));
  await second.event!(step(2, 2, 0.6));
  await second.event!(epoch(2, 0.65, null, false));
  await second.end!('finished');
  expect(readdirSync(join(run, 'tensorboard'))).toHaveLength(2);
}

interface Points {
  readonly steps: number[];
  readonly values: number[];
}

function readAs(kind: string, fast: boolean): void {
  describe(`a real TensorBoard (${kind})`, () => {
    let viewer: Viewer;
    beforeAll(async () => {
      const run = join(folder, String(fast));
      await killedAndResumed(run);
      viewer = await openTensorboard(python!, run, fast);
      await eventually(async () => {
        const scalars = await viewer.json<Record<string, object>>('plugin/scalars/tags');
        return scalars['tensorboard'] && 'epoch/loss' in scalars['tensorboard'] ? true : undefined;
      });
      await eventually(async () =>
        (await points('epoch/loss')).steps.length === 2 ? 1 : undefined,
      );
    });
    afterAll(() => viewer?.stop());

    async function points(tag: string): Promise<Points> {
      const rows = await viewer.json<[number, number, number][]>(
        `plugin/scalars/scalars?run=tensorboard&tag=${encodeURIComponent(tag)}`,
      );
      return { steps: rows.map(([, at]) => at), values: rows.map(([, , value]) => value) };
    }

    test('reads a scalar a step, also 0, and after a kill those of the run that went on', async () => {
      const { steps, values } = await points('step/loss');
      expect(steps).toEqual([1, 2, 3, 4]);
      for (const [at, value] of [0.9, 0, 0.7, 0.6].entries()) expect(values[at]).toBeCloseTo(value);
      expect((await points('step/terms/dice')).values[0]).toBeCloseTo(0.45);
    });

    test('reads what an epoch was, at the number of steps until then', async () => {
      expect(await points('epoch/number')).toEqual({ steps: [2, 4], values: [1, 2] });
      expect((await points('epoch/gradientNorm')).values).toEqual([0.25, 0.25]);
      expect((await points('epoch/learningRate')).values[0]).toBeCloseTo(0.001);
      expect((await points('epoch/imagesPerSecond')).values).toEqual([8, 8]);
      expect((await points('validation/balanced')).steps).toEqual([2, 4]);
      // Null in the second epoch; and only the first was the best.
      expect(await points('validation/diceForeground')).toEqual({ steps: [2], values: [0.5] });
      expect(await points('best/epoch')).toEqual({ steps: [2], values: [1] });
    });

    test('reads overlays as PNG', async () => {
      const [shown] = await viewer.json<{ query: string }[]>(
        'plugin/images/images?run=tensorboard&tag=overlays/f/1&sample=0',
      );
      const response = await viewer.get(`plugin/images/individualImage?${shown!.query}`);
      const { width, height } = decode(new Uint8Array(await response!.arrayBuffer()));
      // 1 x 4 pixels are enlarged 48 times.
      expect([width, height]).toEqual([192 + 4 + 192, 48]);
    });

    test('reads histograms of the weights', async () => {
      const [[, at, bins]] = (await viewer.json(
        'plugin/histograms/histograms?run=tensorboard&tag=weights/a',
      )) as [[number, number, [number, number, number][]]];
      expect(at).toBe(2);
      expect(bins.reduce((sum, [, , count]) => sum + count, 0)).toBe(4);
      expect([bins[0]![0], bins.at(-1)![1]]).toEqual([-1, 1]);
    });

    test('reads a curve of precision and recall', async () => {
      const { tensorboard } = await viewer.json<{
        tensorboard: {
          step: number;
          precision: number[];
          recall: number[];
          thresholds: number[];
        }[];
      }>('plugin/pr_curves/pr_curves?run=tensorboard&tag=validation/foreground');
      expect(tensorboard).toHaveLength(1);
      const [curve] = tensorboard;
      expect(curve!.step).toBe(2);
      // At 0.5: one hit of two, and two alarms 0.6 and 0.7.
      const middle = curve!.thresholds.indexOf(0.5);
      expect(curve!.precision[middle]).toBeCloseTo(1 / 3);
      expect(curve!.recall[middle]).toBeCloseTo(1 / 2);
    });

    test('reads the settings and the scores of the best epoch', async () => {
      const { hparamInfos } = await viewer.json<{ hparamInfos: { name: string }[] }>(
        'plugin/hparams/experiment',
        { experimentName: '' },
      );
      const names = hparamInfos.map(({ name }) => name);
      expect(names.toSorted()).toEqual(['loss.0.soft', 'loss.0.use', 'seed', 'train.batch']);
      const { sessionGroups } = await viewer.json<{
        sessionGroups: {
          name: string;
          hparams: Record<string, unknown>;
          metricValues: { name: { tag: string }; value: number }[];
          sessions: { status: string }[];
        }[];
      }>('plugin/hparams/session_groups', {
        experimentName: '',
        allowedStatuses: ['STATUS_SUCCESS', 'STATUS_UNKNOWN', 'STATUS_RUNNING'],
        colParams: [
          { metric: { group: '', tag: 'best/diceForeground' } },
          ...names.map((hparam) => ({ hparam })),
        ],
        startIndex: 0,
        sliceSize: 9,
      });
      expect(sessionGroups).toHaveLength(1);
      const [group] = sessionGroups;
      expect(group).toMatchObject({
        name: 'nodules',
        hparams: { 'loss.0.soft': true, 'loss.0.use': 'dice', seed: 7, 'train.batch': 4 },
      });
      expect(group!.sessions[0]!.status).toBe('STATUS_SUCCESS');
      expect(
        group!.metricValues.find(({ name }) => name.tag === 'best/diceForeground')?.value,
      ).toBe(0.5);
    });
  });
}

if (python) {
  readAs('its data server', true);
  readAs('its Python readers', false);
} else {
  test.skip('is read by a real TensorBoard (needs: pip install tensorboard)', () => undefined);
}
