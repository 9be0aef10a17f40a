import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { isRaremaskError, type RaremaskError } from '@raremask/core';
import { afterEach, expect, test } from 'vitest';
import type { Metric } from '../src/metricQueue.ts';
import { epoch, runIn, scratch, step, tracker } from './run.ts';

const folder = scratch();
let stop = async () => {};
afterEach(() => stop());

interface Call {
  readonly path: string;
  readonly body: { readonly metrics?: readonly Metric[] };
  readonly authorization: string | undefined;
}

/** A server that speaks as much of MLflow as a run needs, until `fail` answers in its place. */
async function serve(
  fail: (path: string, response: ServerResponse) => boolean,
): Promise<{ uri: string; calls: Call[] }> {
  const calls: Call[] = [];
  const server = createServer(async (request: IncomingMessage, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const path = request.url!.replace('/api/2.0/', '').replace(/\?.*/, '');
    if (fail(path, response)) return;
    const text = Buffer.concat(parts).toString();
    const { authorization } = request.headers;
    calls.push({ path, body: text.startsWith('{') ? JSON.parse(text) : {}, authorization });
    const info = { run_id: 'abc', artifact_uri: 'mlflow-artifacts:/1/abc/artifacts' };
    response.end(JSON.stringify({ experiment: { experiment_id: '1' }, run: { info } }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  stop = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    stop = async () => {};
  };
  return { uri: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, calls };
}

/** Answers with a status, for those requests that the condition names. */
function failing(status: number, condition: (path: string) => boolean, body = '{}') {
  return (path: string, response: ServerResponse) => {
    if (!condition(path)) return false;
    response.statusCode = status;
    response.end(body);
    return true;
  };
}

async function errorOf(run: () => unknown): Promise<RaremaskError> {
  try {
    await run();
  } catch (error) {
    if (isRaremaskError(error)) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

const isBatch = (path: string) => path === 'mlflow/runs/log-batch';
const lossesOf = (calls: readonly Call[]) =>
  calls
    .flatMap(({ body }) => body.metrics ?? [])
    .filter(({ key }) => key === 'step/loss')
    .map(({ value }) => value);

test('a server that is down is named, with what to do', async () => {
  const { uri } = await serve(() => false);
  await stop();
  const { tracker: sending } = tracker({ trackingUri: uri });
  const error = await errorOf(() => sending.start!(runIn(join(folder, 'down'))));
  expect(error.code).toBe('RAREMASK_MLFLOW_NO_ANSWER');
  expect(error.message).toContain(`${uri}: the MLflow server does not answer. Got: ECONNREFUSED.`);
});

test('a server that says nothing is given up after the time for a request', async () => {
  const { uri } = await serve(() => true);
  const { tracker: sending } = tracker({ trackingUri: uri }, {}, { timeout: 200, pauses: [] });
  const error = await errorOf(() => sending.start!(runIn(join(folder, 'slow'))));
  expect(error.code).toBe('RAREMASK_MLFLOW_NO_ANSWER');
  expect(error.message).toContain('nothing in 0.2 s');
});

test('a user that is not let in is told the variables, and no secret is in the message', async () => {
  const { uri } = await serve(failing(401, () => true));
  const { tracker: sending } = tracker({ trackingUri: uri }, { MLFLOW_TRACKING_TOKEN: 'geheim' });
  const error = await errorOf(() => sending.start!(runIn(join(folder, 'who'))));
  expect(error.code).toBe('RAREMASK_MLFLOW_NOT_ALLOWED');
  expect(error.message).toContain('MLFLOW_TRACKING_TOKEN');
  expect(error.message).not.toContain('geheim');
});

test('what the server says of an error is in the message', async () => {
  const said = JSON.stringify({ error_code: 'INVALID_STATE', message: 'It is deleted.\nStack' });
  const { uri } = await serve(failing(400, (path) => path.endsWith('runs/create'), said));
  const { tracker: sending } = tracker({ trackingUri: uri });
  const error = await errorOf(() => sending.start!(runIn(join(folder, 'said'))));
  expect(error.code).toBe('RAREMASK_MLFLOW_REFUSED');
  expect(error.message).toContain('Got: status 400, It is deleted.');
});

test('values that cannot be sent are counted in an error, with their steps', async () => {
  let broken = false;
  const { uri, calls } = await serve(failing(500, (path) => broken && isBatch(path)));
  const { tracker: sending } = tracker({ trackingUri: uri });
  await sending.start!(runIn(join(folder, 'lost')));
  await sending.event!(step(1, 1, 0.5));
  await sending.event!(step(1, 2, 0.25));
  await sending.event!(epoch(1, 0.375, 0.5, false));
  expect(lossesOf(calls)).toEqual([0.5, 0.25]);
  broken = true;
  await sending.event!(step(2, 1, 0.125));
  const error = await errorOf(() => sending.event!(epoch(2, 0.125, null, false)));
  expect(error.code).toBe('RAREMASK_MLFLOW_METRICS_LOST');
  // 3 values of the step; 7 of the epoch and 4 scores, without the two that are null.
  expect(error.message).toContain('14 values of the steps 3 to 3 were not sent');
  expect(error.message).toContain('status 500');
  expect((await errorOf(() => sending.end!('finished'))).message).toContain('14 values');
});

test('values that fail while training goes on are an error of a later call', async () => {
  const { uri } = await serve(failing(503, isBatch));
  const { tracker: sending } = tracker({ trackingUri: uri });
  const run = runIn(join(folder, 'later'), { manifest: {} });
  await sending.start!(run);
  // The time goes on by a second a step, and after ten of them what waits is sent.
  const error = await errorOf(async () => {
    for (let number = 1; number < 200; number++) {
      await sending.event!(step(1, number, 1));
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  });
  expect(error.code).toBe('RAREMASK_MLFLOW_METRICS_LOST');
  expect(error.message).toMatch(/values of the steps 1 to \d+ were not sent/);
});

test('a fault that passes costs no value, and sends none twice', async () => {
  let faults = 2;
  const { uri, calls } = await serve(failing(503, (path) => isBatch(path) && faults-- > 0));
  const patience = { timeout: 5000, pauses: [1, 1, 1] };
  const { tracker: sending } = tracker({ trackingUri: uri }, {}, patience);
  await sending.start!(runIn(join(folder, 'passing'), { manifest: {} }));
  for (let number = 1; number <= 1200; number++) await sending.event!(step(1, number, number));
  await sending.end!('interrupted');
  expect(faults).toBeLessThan(0);
  expect(lossesOf(calls)).toEqual(Array.from({ length: 1200 }, (_, index) => index + 1));
  for (const { body } of calls) expect(body.metrics?.length ?? 0).toBeLessThanOrEqual(1000);
});

test('a file that the server does not take is named, with how many it has', async () => {
  const { uri } = await serve(failing(507, (path) => path.endsWith('metrics.csv')));
  const { tracker: sending } = tracker({ trackingUri: uri });
  await sending.start!(runIn(join(folder, 'full')));
  const error = await errorOf(() => sending.end!('finished'));
  expect(error.code).toBe('RAREMASK_MLFLOW_ARTIFACTS_LOST');
  expect(error.message).toContain(
    'metrics.csv and those after it were not sent (2 of 3 files were)',
  );
});

test('every request carries what lets us in', async () => {
  const { uri, calls } = await serve(() => false);
  const { tracker: sending } = tracker({ trackingUri: uri }, { MLFLOW_TRACKING_TOKEN: 'abc' });
  await sending.start!(runIn(join(folder, 'token')));
  await sending.end!('finished');
  expect(new Set(calls.map(({ authorization }) => authorization))).toEqual(new Set(['Bearer abc']));
});
