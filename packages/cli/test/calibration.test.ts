import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { thisMachine } from '@raremask/backends';
import { GPU_FORMS } from '@raremask/compiler';
import { expect, onTestFinished, test } from 'vitest';
import {
  type Calibration,
  calibrate,
  keepCalibration,
  knownCalibration,
} from '../src/backend/calibration.ts';
import { orderOf } from '../src/backend/gpu.ts';
import type { Outcome, TimeRequest } from '../src/backend/time.ts';

/** A machine with a GPU that WebGPU reaches. */
const machine = { ...thisMachine(), platform: 'darwin' as const };

/** Milliseconds and loss by backend and form; others fail. */
const times = (of: (request: TimeRequest) => readonly [number, number] | undefined) => {
  return async (request: TimeRequest): Promise<Outcome> => {
    const one = of(request);
    if (one === undefined) return { state: 'failed', detail: 'is not installed' };
    return { state: 'ok', milliseconds: one[0], loss: one[1], device: 'made up' };
  };
};

test('backends are ranked by time, a GPU in its fastest form, and what is wrong does not count', async () => {
  const found = await calibrate(
    '.',
    2,
    times(({ backend, forms }) => {
      if (backend === 'compiled') return [20, 0.5];
      if (backend === 'webgpu') return [forms?.layout === 'NHWC' ? 4 : 6, 0.50001];
      // As fast as can be, and wrong.
      return backend === 'wasm' ? [1, 0.7] : undefined;
    }),
    machine,
  );
  expect(found.ranking.map(({ backend, milliseconds }) => [backend, milliseconds])).toEqual([
    ['webgpu', 4],
    ['webgpu', 6],
    ['webgpu', 6],
    ['compiled', 20],
  ]);
  expect(found.failed).toContainEqual({
    backend: 'wasm',
    detail: "its first loss is 0.7, and the processor's 0.5",
  });
  expect(orderOf(found)).toEqual([
    { name: 'webgpu', forms: { ...GPU_FORMS, layout: 'NHWC' } },
    { name: 'cuda' },
  ]);
});

test('a GPU that the processor outruns is passed over, and said why', () => {
  const measured: Calibration = {
    ranking: [
      { backend: 'compiled', milliseconds: 20, device: 'the processor' },
      { backend: 'webgpu', milliseconds: 90, device: 'a small GPU' },
    ],
    failed: [],
    day: '2026-11-28',
  };
  expect(orderOf(measured)[0]).toEqual({
    name: 'webgpu',
    slower: '90 ms a step, and the processor 20, measured 2026-11-28',
  });
  expect(orderOf(undefined)).toEqual([{ name: 'cuda' }, { name: 'webgpu' }]);
});

test('a measurement is kept for this machine, and not found for another', async () => {
  const cache = mkdtempSync(join(tmpdir(), 'raremask-cache-'));
  onTestFinished(() => rmSync(cache, { recursive: true }));
  const here = { ...machine, env: { XDG_CACHE_HOME: cache } };
  expect(knownCalibration(here)).toBeUndefined();
  const found: Calibration = { ranking: [], failed: [], day: '2026-11-28' };
  await keepCalibration(found, here);
  expect(knownCalibration(here)).toEqual(found);
  // With another driver, it is another machine.
  const driver = () => 'NVIDIA L4, 590.10';
  expect(knownCalibration({ ...here, run: driver })).toBeUndefined();
});
