import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type BackendRequest, prepareBackend, probeBackends, RaremaskError } from '../src/index.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'raremask-backends-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** Puts a package into the folder's node_modules. */
function install(name: string, code: string): void {
  const place = join(folder, 'node_modules', name);
  mkdirSync(join(place, 'dist'), { recursive: true });
  const description = { name, version: '4.22.0', main: 'dist/index.js' };
  writeFileSync(join(place, 'package.json'), JSON.stringify(description));
  writeFileSync(join(place, 'dist', 'index.js'), code);
}

const withoutAddon = `throw new Error("The Node.js native addon module (tfjs_binding.node) can not be found at path: somewhere.\\nPlease run something.");`;
const withoutLibrary = `throw new Error("libtensorflow.so.2: cannot open shared object file: No such file or directory");`;

async function refusal(request: string): Promise<RaremaskError> {
  const thrown = await prepareBackend(request as BackendRequest, folder).catch((error) => error);
  expect(thrown).toBeInstanceOf(RaremaskError);
  return thrown;
}

test('auto takes wasm where no native package is installed, and says so', async () => {
  const prepared = await prepareBackend('auto', folder);
  expect(tf.getBackend()).toBe('wasm');
  expect(prepared).toMatchObject({ name: 'wasm', notes: [] });
  expect(prepared.reason).toMatch(/^wasm .* one thread\): .*tfjs-node-gpu is not installed/);
  expect(prepared.versions).toEqual({
    '@tensorflow/tfjs': tf.version.tfjs,
    '@tensorflow/tfjs-backend-wasm': '4.22.0',
  });
});

test('tensorflow-gpu is loaded with products in float32 unless TF32 was asked for', async () => {
  const code = "throw new Error('told ' + process.env.NVIDIA_TF32_OVERRIDE);";
  install('@tensorflow/tfjs-node-gpu', code);
  // A module that has failed is not loaded a second time.
  install('a/node_modules/@tensorflow/tfjs-node-gpu', code);
  const before = process.env.NVIDIA_TF32_OVERRIDE;
  const told = (tf32: boolean) =>
    prepareBackend('tensorflow-gpu', join(folder, tf32 ? 'node_modules/a' : '.'), tf32).catch(
      (error: Error) => error.message,
    );
  try {
    process.env.NVIDIA_TF32_OVERRIDE = '1';
    expect(await told(false)).toContain('told 0');
    expect(await told(true)).toContain('told undefined');
  } finally {
    if (before === undefined) delete process.env.NVIDIA_TF32_OVERRIDE;
    else process.env.NVIDIA_TF32_OVERRIDE = before;
  }
});

test('auto passes over a package without its addon, in one line that says how to mend it', async () => {
  install('@tensorflow/tfjs-node-gpu', withoutAddon);
  install('@tensorflow/tfjs-node', withoutLibrary);
  const prepared = await prepareBackend('auto', folder);
  expect(prepared.name).toBe('wasm');
  expect(prepared.notes).toHaveLength(2);
  expect(prepared.notes[0]).toMatch(
    /^@tensorflow\/tfjs-node-gpu is installed but does not load: .*tfjs_binding\.node.*raremask backend install tensorflow/,
  );
  expect(prepared.notes[1]).toMatch(/libtensorflow\.so\.2.*deps\/lib/);
  for (const note of prepared.notes) expect(note).not.toContain('\n');
  expect(prepared.reason).toContain('does not load');
});

test('auto passes over a package that registers nothing', async () => {
  install('@tensorflow/tfjs-node', 'module.exports = {};');
  const prepared = await prepareBackend('auto', folder);
  expect(prepared.notes).toHaveLength(1);
  expect(prepared.notes[0]).toContain('registered no backend');
});

test.runIf(process.platform === 'linux')(
  'an addon that is cut short is named, and not loaded: that would end the process',
  async () => {
    install('@tensorflow/tfjs-node', "require('../lib/napi-v8/tfjs_binding.node');");
    const addon = join(folder, 'node_modules/@tensorflow/tfjs-node/lib/napi-v8/tfjs_binding.node');
    mkdirSync(dirname(addon), { recursive: true });
    // Node itself is such a library, of which this is the beginning.
    writeFileSync(addon, readFileSync(process.execPath).subarray(0, 30_000));
    const { code, message } = await refusal('tensorflow');
    expect(code).toBe('RAREMASK_BACKEND_DOES_NOT_LOAD');
    expect(message).toContain(`${addon} is cut short`);
  },
);

test('a native backend that is asked for and not installed is refused', async () => {
  const { code, category, message } = await refusal('tensorflow-gpu');
  expect({ code, category }).toEqual({
    code: 'RAREMASK_BACKEND_NOT_INSTALLED',
    category: 'environment',
  });
  expect(message).toContain('@tensorflow/tfjs-node-gpu is not installed');
  expect(message).toContain(folder);
});

test('a native backend that is asked for and does not load is refused with its reason', async () => {
  install('@tensorflow/tfjs-node', withoutAddon);
  const { code, message, cause } = await refusal('tensorflow');
  expect(code).toBe('RAREMASK_BACKEND_DOES_NOT_LOAD');
  expect(message).toMatch(/tfjs_binding\.node.*Do this: raremask backend install tensorflow/);
  expect(cause).toBeInstanceOf(Error);
});

test('a backend that does not exist is refused with the names of those that do', async () => {
  const { code, message } = await refusal('webgl');
  expect(code).toBe('RAREMASK_BACKEND_UNKNOWN');
  expect(message).toContain('auto, tensorflow-gpu, tensorflow, wasm, cpu');
});

test('the probes try every backend and leave the one in use in use', async () => {
  install('@tensorflow/tfjs-node', withoutAddon);
  await prepareBackend('cpu');
  const probes = await probeBackends(folder);
  expect(tf.getBackend()).toBe('cpu');
  expect(probes.map(({ name, state }) => [name, state])).toEqual([
    ['cpu', 'ok'],
    ['wasm', 'ok'],
    ['tensorflow-gpu', 'absent'],
    ['tensorflow', 'broken'],
  ]);
  expect(probes[3]!.remedy).toContain('raremask backend install tensorflow');
});

test('nothing is printed, and the process gets no listener of its errors', () => {
  const entry = new URL('../dist/index.js', import.meta.url).href;
  const program = `
    const { prepareBackend, probeBackends } = await import(${JSON.stringify(entry)});
    await probeBackends();
    await prepareBackend('cpu');
    await prepareBackend('auto');
    const listeners = ['uncaughtException', 'unhandledRejection'].map((name) => process.listenerCount(name));
    process.exitCode = listeners.every((count) => count === 0) ? 0 : 1;`;
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--input-type=module', '--eval', program],
    { cwd: fileURLToPath(new URL('..', import.meta.url)), encoding: 'utf8' },
  );
  expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '', stderr: '' });
});
