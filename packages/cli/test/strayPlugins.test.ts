import { expect, test } from 'vitest';
import { run } from './command.ts';
import { createProject, MANIFEST } from './project.ts';

const HEAD = `import { defineLoss, defineModel } from '@raremask/core';
import * as tf from '@tensorflow/tfjs';
`;
const LOSS = (body: string, before = '') => `${HEAD}${before}
export default defineLoss({
  name: 'own', api: 1,
  create: () => ({ probabilities, target }) => {
    ${body}
    return tf.mean(tf.squaredDifference(probabilities, target), [1, 2, 3]);
  },
});
`;
const WITH_LOSS = MANIFEST.replace('"@raremask/loss-ce"', './own.ts');
const WITH_MODEL = MANIFEST.replace(/model: .*/, 'model: { use: ./own.ts }');

test.each([
  [
    'whose model is never made',
    WITH_MODEL,
    `${HEAD}export default defineModel({ name: 'own', api: 1, create: () => new Promise(() => {}) });`,
    /^error model \(own\), create: its promise is never kept: .*\[RAREMASK_NO_ANSWER\]$/m,
  ],
  [
    'that waits for ever where it is imported',
    WITH_LOSS,
    LOSS('', 'await new Promise(() => {});'),
    /^error .*, the import of "\.\/own\.ts": its promise is never kept: .*\[RAREMASK_NO_ANSWER\]$/m,
  ],
  [
    'whose augmentation does not answer in the main thread',
    MANIFEST.replace('workers: 0', 'workers: 0, augment: [{ use: ./own.ts }]'),
    `import { defineAugmentation } from '@raremask/core';
export default defineAugmentation({
  name: 'own', api: 1, create: () => ({ window: () => new Promise(() => {}) }),
});`,
    /^error train\.augment\[0\] \(own\), window of scan\d+: its promise is never kept: .*\[RAREMASK_NO_ANSWER\]$/m,
  ],
  [
    'that throws in a timer',
    WITH_LOSS,
    LOSS("setTimeout(() => { throw new Error('too late'); }, 0);"),
    /^error raremask\.yaml:10:12: the plugin threw in a timer, .*: too late, at .*own\.ts:7:\d+.*\[RAREMASK_PLUGIN_THREW_ASIDE\]$/m,
  ],
  [
    'that leaves a promise alone',
    WITH_LOSS,
    LOSS("void Promise.reject(new Error('nobody heard'));"),
    /^error .*: the plugin threw in a timer, .*: nobody heard, at .*own\.ts:7:\d+/m,
  ],
])('a plugin %s is named', async (_, manifest, text, says) => {
  const project = createProject(manifest);
  project.write('own.ts', text);
  const { status, stderr } = await run(project.folder, ['train', '--backend', 'wasm']);
  expect(stderr).toMatch(says);
  expect(stderr).not.toMatch(/^\s+at /m);
  expect(status).toBe(1);
});
