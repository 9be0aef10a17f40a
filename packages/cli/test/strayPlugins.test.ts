import { expect, test } from 'vitest';
import { further } from '../../../test/further.ts';
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
    'that throws in a timer',
    WITH_LOSS,
    LOSS("setTimeout(() => { throw new Error('too late'); }, 0);"),
    /^error raremask\.yaml:10:12: the plugin threw in a timer, .*: too late, at .*own\.ts:7:\d+.*\[RAREMASK_PLUGIN_THREW_ASIDE\]$/m,
  ],
  [
    'that leaves a promise alone that fails with a text',
    WITH_LOSS,
    LOSS("void Promise.reject('nobody heard');"),
    /^error raremask\.yaml:10:12: a promise that nobody waits for has failed, .* Got: "nobody heard".*\[RAREMASK_REJECTED_ASIDE\]$/m,
  ],
  [
    'that replaces what others use',
    WITH_LOSS,
    `${HEAD}export default defineLoss({ name: 'own', api: 1, create: () => {
  Math.max = () => 1;
  return ({ logits }) => tf.mean(logits);
} });`,
    /^error loss\[1\] \(own\): the plugin changes what it shares with all others, in create\. .*Got: Math\.max changed.*\[RAREMASK_PLUGIN_CHANGES_SHARED\]$/m,
  ],
  [
    'that ends the process',
    WITH_LOSS,
    LOSS('process.exit(0);'),
    /^error raremask\.yaml:10:12: the process was ended before the command was done, by process\.exit at .*own\.ts:7:\d+.*\[RAREMASK_ENDED_ASIDE\]$/m,
  ],
  [
    'whose parts throw when they are looked at',
    WITH_MODEL,
    `${HEAD}export default defineModel({ name: 'own', api: 1, create: () => ({
  get weights() { throw new Error('not yet'); }, buffers: [], multipleOf: [1, 1], forward: () => null,
}) });`,
    /^error raremask\.yaml:\d+:\d+: the plugin throws where a part of it is looked at: not yet, at .*own\.ts:4:\d+.*\[RAREMASK_PLUGIN_THREW\]$/m,
  ],
  [
    'that ends a scope of others',
    WITH_LOSS,
    LOSS('tf.engine().endScope();'),
    /^error loss\[1\] \(own\): the plugin begins or ends scopes of tfjs that are not its own.*\[RAREMASK_PLUGIN_SCOPES\]$/m,
  ],
  ...further<[string, string, string, RegExp]>('other ways to stray', [
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
      'that leaves a promise alone',
      WITH_LOSS,
      LOSS("void Promise.reject(new Error('nobody heard'));"),
      /^error .*: the plugin threw in a timer, .*: nobody heard, at .*own\.ts:7:\d+/m,
    ],
    [
      'whose options throw while others still load',
      WITH_LOSS,
      `${HEAD}import { z } from 'zod';
export default defineLoss({
  name: 'own', api: 1, create: () => ({ logits }) => tf.mean(logits),
  options: z.strictObject({ a: z.number().default(1).transform((a) => a.no.such) }),
});`,
      /^error raremask\.yaml:10:12: the plugin throws where a part of it is looked at: .*own\.ts:6:\d+.*\[RAREMASK_PLUGIN_THREW\]$/m,
    ],
  ]),
])('a plugin %s is named', async (_, manifest, text, says) => {
  const project = createProject(manifest);
  project.write('own.ts', text);
  const { status, stderr } = await run(project.folder, ['train', '--backend', 'wasm']);
  expect(stderr).toMatch(says);
  expect(stderr).not.toMatch(/^\s+at /m);
  expect(status).toBe(1);
});

test('a plugin whose disposal throws is named, the report is written, and the status is not 0', async () => {
  const project = createProject(
    `${MANIFEST.replace('"@raremask/loss-ce"', './own.ts')}services: [{ use: ./clock.ts }]\n`,
  );
  project.write(
    'clock.ts',
    `import { defineService, token } from '@raremask/core';
export const clock = token('a clock');
export default defineService({
  name: 'clock', api: 1, provides: clock,
  create: () => ({ dispose() { throw new Error('it is stuck'); } }),
});`,
  );
  project.write(
    'own.ts',
    LOSS('')
      .replace('api: 1,', 'api: 1, needs: { clock },')
      .replace(HEAD, `${HEAD}import { clock } from './clock.ts';\n`),
  );
  const { status, stderr, stdout } = await run(project.folder, ['train', '--backend', 'wasm']);
  expect(stderr).toMatch(
    /^warning: services\[0\] \(clock\), dispose: the plugin throws\. Got: Error: it is stuck, at .*clock\.ts:5:\d+/m,
  );
  expect(stdout).toMatch(/^report {2}/m);
  expect(status).toBe(1);
});

test('files that import each other before they are there are refused, and get nothing undefined', async () => {
  const project = createProject(WITH_LOSS);
  project.write(
    'own.ts',
    LOSS('', "import other from './other.ts';\nexport const name = other.name;"),
  );
  project.write('other.ts', "import own from './own.ts';\nexport default { name: own.name };");
  const { status, stderr } = await run(project.folder, ['train', '--backend', 'wasm']);
  expect(stderr).toMatch(
    /^error .*the module of "\.\/own\.ts" fails while it loads\. Got: TypeError: .*, at .*other\.ts:2:\d+.*\[RAREMASK_PLUGIN_LOAD\]$/m,
  );
  expect(status).toBe(2);
});
