import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isRaremaskError } from '@raremask/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pythonWith } from '../../../test/python.ts';
import { epoch, runIn, scratch, started, step, tracker } from './run.ts';
import { openMlflow, type Server } from './server.ts';

const folder = scratch();
const python = pythonWith('mlflow.server');

interface Run {
  readonly info: {
    readonly status: string;
    readonly run_name: string;
    readonly experiment_id: string;
  };
  readonly data: {
    readonly params: readonly { readonly key: string; readonly value: string }[];
    readonly tags: readonly { readonly key: string; readonly value: string }[];
  };
}

const mapOf = (list: readonly { readonly key: string; readonly value: string }[]) =>
  Object.fromEntries(list.map(({ key, value }) => [key, value]));

function againstServer(): void {
  describe('a real MLflow server', () => {
    let server: Server;
    beforeAll(async () => {
      server = await openMlflow(python!, folder);
    }, 120_000);
    afterAll(() => server?.stop());

    const idOf = (run: string): string =>
      JSON.parse(readFileSync(join(run, 'mlflow.json'), 'utf8')).runs[0].runId;
    const runOf = async (run: string) =>
      (await server.get<{ run: Run }>(`mlflow/runs/get?run_id=${idOf(run)}`)).run;
    const history = async (run: string, key: string) => {
      const { metrics } = await server.get<{ metrics: { step?: number; value: number }[] }>(
        `mlflow/metrics/get-history?run_id=${idOf(run)}&metric_key=${encodeURIComponent(key)}`,
      );
      return metrics.map(({ step, value }) => [Number(step), value]);
    };

    test('has settings, tags, values by step, the folder and the status of a run', async () => {
      const run = join(folder, 'runs', 'nodules-2');
      const { tracker: sending, lines } = tracker({
        trackingUri: server.uri,
        experiment: 'rare',
        tags: { person: 'ann' },
      });
      await sending.start!(runIn(run));
      await sending.event!(started(run));
      await sending.event!(step(1, 1, 0.5));
      await sending.event!(step(1, 2, 0));
      await sending.event!(epoch(1, 0.25, null, false));
      await sending.event!(step(2, 1, 0.125));
      await sending.event!(epoch(2, 0.125, 0.5, true));
      expect((await runOf(run)).info.status).toBe('RUNNING');
      await sending.end!('finished');

      const { info, data } = await runOf(run);
      expect(info).toMatchObject({ status: 'FINISHED', run_name: 'nodules-2' });
      const { experiment } = await server.get<{ experiment: { name: string } }>(
        `mlflow/experiments/get?experiment_id=${info.experiment_id}`,
      );
      expect(experiment.name).toBe('rare');
      expect(mapOf(data.params)).toEqual({
        seed: '7',
        'train.batch': '4',
        'loss.0.use': 'dice',
        'loss.0.soft': 'true',
      });
      expect(mapOf(data.tags)).toMatchObject({
        person: 'ann',
        'raremask.backend': 'cpu: plain JavaScript',
        'raremask.parameters': '123',
        'raremask.classes': 'background, nodule',
      });
      expect(await history(run, 'step/loss')).toEqual([
        [1, 0.5],
        [2, 0],
        [3, 0.125],
      ]);
      expect(await history(run, 'step/terms/dice _soft_')).toHaveLength(3);
      expect(await history(run, 'epoch/learningRate')).toEqual([
        [2, 0.001],
        [3, 0.001],
      ]);
      // Null after the first epoch.
      expect(await history(run, 'validation/diceForeground')).toEqual([[3, 0.5]]);
      expect(await history(run, 'best/epoch')).toEqual([[3, 2]]);

      const { files } = await server.get<{ files: { path: string; file_size?: number }[] }>(
        `mlflow/artifacts/list?run_id=${idOf(run)}`,
      );
      expect(files.map(({ path }) => path)).toEqual([
        'checkpoints',
        'empty file.txt',
        'metrics.csv',
      ]);
      const download = (path: string) =>
        fetch(`${server.uri}/get-artifact?run_id=${idOf(run)}&path=${path}`);
      expect(await (await download('metrics.csv')).text()).toBe('epoch,loss\n1,0.45\n');
      const checkpoint = await download('checkpoints/last.safetensors');
      expect((await checkpoint.arrayBuffer()).byteLength).toBe(3_000_000);
      expect(lines.at(-1)).toBe('3 files of the run folder are sent');
    });

    test('goes on with the run that an interrupted one began', async () => {
      const run = join(folder, 'runs', 'resumed');
      const setting = { trackingUri: server.uri };
      const { tracker: first } = tracker(setting);
      await first.start!(runIn(run));
      await first.event!(step(1, 1, 0.5));
      await first.end!('interrupted');
      expect((await runOf(run)).info.status).toBe('KILLED');
      const id = idOf(run);

      const { tracker: second, lines } = tracker(setting);
      const manifest = { seed: 7, train: { batch: 8 }, threads: 2 };
      await second.start!(runIn(run, { manifest, startStep: 1 }));
      expect((await runOf(run)).info.status).toBe('RUNNING');
      await second.event!(step(1, 2, 0.25));
      await second.end!('failed');
      expect(idOf(run)).toBe(id);
      expect(await history(run, 'step/loss')).toEqual([
        [1, 0.5],
        [2, 0.25],
      ]);
      const { info, data } = await runOf(run);
      expect(info.status).toBe('FAILED');
      expect(mapOf(data.params)).toMatchObject({ 'train.batch': '4', threads: '2' });
      expect(lines).toContain('MLflow keeps the values that the run began with of: train.batch');
    });

    test('takes more settings than fit into one request, long, empty and of other letters', async () => {
      const run = join(folder, 'runs', 'many');
      const { tracker: sending, lines } = tracker({ trackingUri: server.uri, artifacts: false });
      const many = Object.fromEntries(Array.from({ length: 250 }, (_, at) => [`s${at}`, at]));
      const manifest = { ...many, long: 'x'.repeat(7000), empty: '', 'größe (mm)': 'ä' };
      await sending.start!(runIn(run, { manifest }));
      await sending.end!('finished');
      const params = mapOf((await runOf(run)).data.params);
      expect(Object.keys(params)).toHaveLength(253);
      expect(params.long).toHaveLength(6000);
      expect(params['gr__e _mm_']).toBe('ä');
      expect(lines).toContain('too long for MLflow, and cut: long');
      const { files } = await server.get<{ files?: object[] }>(
        `mlflow/artifacts/list?run_id=${idOf(run)}`,
      );
      expect(files ?? []).toEqual([]);
    });

    test('has a run for each experiment that a folder is sent to', async () => {
      const run = join(folder, 'runs', 'twice');
      const experiments = ['first', 'second'];
      const sending = experiments.map(
        (experiment) => tracker({ trackingUri: server.uri, experiment, artifacts: false }).tracker,
      );
      for (const again of [false, true]) {
        for (const one of sending) await one.start!(runIn(run));
        const { runs } = JSON.parse(readFileSync(join(run, 'mlflow.json'), 'utf8'));
        expect(runs, `${again}`).toMatchObject(experiments.map((experiment) => ({ experiment })));
        expect(new Set(runs.map(({ runId }: { runId: string }) => runId)).size).toBe(2);
        for (const one of sending) await one.end!('interrupted');
      }
    });

    test('without the run that the folder names is an error that says how to begin another', async () => {
      const run = join(folder, 'runs', 'lost');
      const { tracker: sending } = tracker({ trackingUri: server.uri });
      const tracked = runIn(run);
      const file = join(run, 'mlflow.json');
      const runId = '0'.repeat(32);
      const kept = { trackingUri: server.uri, experiment: 'raremask', runId };
      writeFileSync(file, JSON.stringify({ runs: [kept] }));
      const error = await Promise.resolve(sending.start!(tracked)).catch((thrown) => thrown);
      expect(isRaremaskError(error) && error.code).toBe('RAREMASK_MLFLOW_RUN_LOST');
      rmSync(file);
      await sending.start!(tracked);
      await sending.end!('interrupted');
      expect((await runOf(run)).info.status).toBe('KILLED');
    });
  });
}

if (python) againstServer();
else test.skip('a real MLflow server has the run (needs: pip install mlflow)', () => undefined);
