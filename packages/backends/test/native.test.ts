import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { prepareBackend, probeBackends, type RaremaskError } from '../src/index.ts';

/**
 * A package in the place of tfjs-node, which brings its backend from a second copy of tfjs. It
 * computes in plain JavaScript and calls itself libtensorflow 0.0.
 */
const code = `
const tf = require(${JSON.stringify(createRequire(import.meta.url).resolve('@tensorflow/tfjs'))});
if (!require('node:util').isNullOrUndefined(undefined)) throw new Error('no isNullOrUndefined');
tf.registerBackend('tensorflow', () => {
  const backend = tf.findBackendFactory('cpu')();
  return Object.assign(backend, { firstUse: false, binding: { TF_Version: '0.0' } });
});
tf.copyRegisteredKernels('cpu', 'tensorflow');
`;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'raremask-backends-'));
  for (const name of ['@tensorflow/tfjs-node', '@tensorflow/tfjs-node-gpu']) {
    const place = join(folder, 'node_modules', name);
    mkdirSync(place, { recursive: true });
    writeFileSync(join(place, 'package.json'), JSON.stringify({ name, version: '4.22.0' }));
    writeFileSync(
      join(place, 'index.js'),
      name.endsWith('gpu')
        ? 'throw new Error("libcudnn.so.8: cannot open shared object file");'
        : code,
    );
  }
});
afterAll(() => rmSync(folder, { recursive: true }));

test('auto takes the first native package that loads, and computes on it', async () => {
  const prepared = await prepareBackend('auto', folder);
  expect(prepared).toMatchObject({
    name: 'tensorflow',
    reason:
      'tensorflow (@tensorflow/tfjs-node 4.22.0 on the CPU): @tensorflow/tfjs-node is installed and loads',
    versions: { '@tensorflow/tfjs-node': '4.22.0', libtensorflow: '0.0' },
  });
  expect(prepared.notes).toHaveLength(1);
  expect(prepared.notes[0]).toContain('libcudnn.so.8');
  expect(tf.getBackend()).toBe('tensorflow');
  const four = tf.tidy(() => tf.sum(tf.ones([2, 2])).dataSync()[0]);
  expect(four).toBe(4);
});

test('one process holds one native package, and says which', async () => {
  const thrown: RaremaskError = await prepareBackend('tensorflow-gpu', folder).catch(
    (error) => error,
  );
  expect(thrown.code).toBe('RAREMASK_BACKEND_OTHER_LOADED');
  expect(thrown.message).toContain('@tensorflow/tfjs-node');
  const probes = await probeBackends(folder);
  expect(probes.map(({ name, state }) => [name, state])).toEqual([
    ['cpu', 'ok'],
    ['wasm', 'ok'],
    ['tensorflow-gpu', 'ok'],
    ['tensorflow', 'ok'],
  ]);
  expect(probes[2]!.detail).toContain('not run');
  expect(tf.getBackend()).toBe('tensorflow');
});

test('wasm can be used after a native package, and the package again', async () => {
  expect((await prepareBackend('wasm', folder)).name).toBe('wasm');
  expect(tf.getBackend()).toBe('wasm');
  expect((await prepareBackend('tensorflow', folder)).reason).toContain('asked for');
  expect(tf.getBackend()).toBe('tensorflow');
});
