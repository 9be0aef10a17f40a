import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createHost, loadPlugin, loadPluginFromUrl } from '../src/host/index.ts';
import { facts, type LossInput } from '../src/index.ts';
import { lossInput } from '../src/loss/lossInput.ts';
import { loadManifest } from '../src/manifest/index.ts';
import { type Project, temporaryProject, usualProject } from './project.ts';

const SQUARED = `
import { defineLoss, facts, type Facts } from '@raremask/core';
import * as tf from '@tensorflow/tfjs';
import { z } from 'zod';
import { sum } from './arithmetic.ts';

interface Options { readonly power: number }

export default defineLoss({
  name: 'power',
  api: 1,
  options: z.strictObject({ power: z.number().min(1).default(2) }),
  needs: { facts },
  create({ power }: Options, services: { facts: Facts }) {
    (globalThis as { seenTfjs?: unknown }).seenTfjs = tf.tensor;
    if (services.facts.classes.length === 0) throw new Error('no class');
    return ({ probabilities, target }) =>
      sum(tf.pow(tf.abs(tf.sub(probabilities, target)), power));
  },
});
`;
const ARITHMETIC = `
import * as tf from '@tensorflow/tfjs';
export const sum = (x: tf.Tensor): tf.Scalar => tf.sum(x) as tf.Scalar;
`;
const FACTS = {
  space: 2,
  channels: 1,
  classes: [
    { name: 'background', value: 0 },
    { name: 'nodule', value: 255 },
  ],
  overlapping: false,
} as const;

// Loading tfjs takes seconds on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

let tensorsBefore = 0;
beforeAll(async () => {
  await tf.setBackend('cpu');
  tensorsBefore = tf.memory().numTensors;
});
afterAll(() => {
  expect(tf.memory().numTensors).toBe(tensorsBefore);
});

/** One pixel, half background and half nodule, truth background: |p - t| is 1/2 for both classes. */
function onePixel(call: (input: LossInput) => tf.Tensor): number {
  return tf.tidy(() => {
    const logits = tf.zeros([1, 1, 1, 2]);
    const target = tf.tensor([1, 0], [1, 1, 1, 2]);
    return call(lossInput(FACTS, logits, target, tf.ones([1, 1, 1, 1]))).dataSync()[0]!;
  });
}

async function made(use: string, folder: string, options: unknown) {
  const { plugin } = await loadPlugin(use, folder, 'loss');
  const run = createHost().run({ seed: 0 });
  run.provide(facts, () => FACTS);
  return await run.make({ kind: 'loss', plugin, options, place: 'loss[0]' });
}

describe('a TypeScript file', () => {
  test('in a folder without node_modules works on the tensors of the host', async () => {
    const { folder, write } = temporaryProject();
    write('power.ts', SQUARED);
    write('arithmetic.ts', ARITHMETIC);
    const loss = await made('./power.ts', folder, { power: 2 });
    // 2 classes x (1/2)^2
    expect(onePixel(loss)).toBeCloseTo(0.5, 6);
    expect((globalThis as { seenTfjs?: unknown }).seenTfjs).toBe(tf.tensor);
    const gradient = tf.tidy(() => {
      const target = tf.tensor([1, 0], [1, 1, 1, 2]);
      const weight = tf.ones([1, 1, 1, 1]);
      const value = (logits: tf.Tensor) =>
        loss(lossInput(FACTS, logits, target, weight)) as tf.Scalar;
      return [
        ...tf
          .grad(value)(tf.tensor([0, 0], [1, 1, 1, 2]))
          .dataSync(),
      ];
    });
    // f = 2 (1 - p)^2, p = sigmoid(a - b) = 1/2: df/da = -4 (1 - p) p (1 - p) = -1/2.
    expect(gradient[0]).toBeCloseTo(-0.5, 5);
    expect(gradient[1]).toBeCloseTo(0.5, 5);
  });

  test('is named by a manifest, with options that are checked', async () => {
    const { folder, write } = usualProject();
    write('losses/power.ts', SQUARED);
    write('losses/arithmetic.ts', ARITHMETIC);
    const manifest = (power: number) =>
      write(
        'raremask.yaml',
        `data:
  use: "@raremask/dataset-images"
  with: { images: "*.png", masks: "*.png", classes: { background: 0 } }
  split: { validation: 0.2 }
model: { use: "@raremask/unet" }
loss: [{ use: ./losses/power.ts, with: { power: ${power} } }]
`,
      );
    const { plugins } = await loadManifest([manifest(3)]);
    const [loaded] = plugins.losses;
    expect(loaded?.package).toBe(undefined);
    expect(loaded?.url).toMatch(/losses\/power\.ts$/);
    const run = createHost().run({ seed: 0 });
    run.provide(facts, () => FACTS);
    // 2 classes x (1/2)^3
    expect(onePixel(await run.make(loaded!))).toBeCloseTo(0.25, 6);
    await expect(loadManifest([manifest(0)])).rejects.toThrow(
      'the setting loss[0].with.power does not fit. Expected: number of at least 1. Got: 0.',
    );
    expect((await loadPluginFromUrl(loaded!.url, 'loss')).name).toBe('power');
    expect(folder).not.toBe('');
  });

  test('with a mistake in its syntax says where', async () => {
    const { folder, write } = temporaryProject();
    write('broken.ts', 'const a: number = 1;\nexport default {{\n');
    await expect(loadPlugin('./broken.ts', folder, 'loss')).rejects.toThrow(
      `"./broken.ts" fails while it loads. Got: Error: ParseError: Unexpected token, at ${join(folder, 'broken.ts')}:2:16.`,
    );
  });

  test('that throws says where, when it loads and when it is made', async () => {
    const { folder, write } = temporaryProject();
    const early = write('early.ts', 'const a: number = 1;\n(a as any).b.c;\n');
    await expect(loadPlugin('./early.ts', folder, 'loss')).rejects.toThrow(`, at ${early}:2:`);
    const late = write(
      'late.ts',
      "import { defineLoss } from '@raremask/core';\nexport default defineLoss({ name: 'late', api: 1, create() {\n  throw new Error('no');\n} });\n",
    );
    const loaded = { ...(await loadPlugin('./late.ts', folder, 'loss')), options: {}, place: 'x' };
    await expect(createHost().run({ seed: 0 }).make(loaded)).rejects.toThrow(
      `x (late): the plugin throws. Got: Error: no, at ${late}:3:11.`,
    );
  });

  test("gets the folder's own zod where it has one", async () => {
    const { folder, write } = temporaryProject();
    write(
      'node_modules/zod/package.json',
      '{ "name": "zod", "type": "module", "exports": "./z.js" }',
    );
    write('node_modules/zod/z.js', "export const z = 'of the folder';");
    write(
      'mine.ts',
      "import { defineLoss } from '@raremask/core';\nimport { z } from 'zod';\nexport default defineLoss({ name: z as never, api: 1, create: () => () => ({}) as never });\n",
    );
    expect((await loadPlugin('./mine.ts', folder, 'loss')).plugin.name).toBe('of the folder');
  });

  test('in a folder without node_modules reaches every entry of core that an author sees', async () => {
    const { folder, write } = temporaryProject();
    write(
      'mine.ts',
      `import { defineLoss, IGNORE } from '@raremask/core';
       import { poolSum } from '@raremask/core/loss';
       import { lossInput } from '@raremask/core/loss-input';
       export default defineLoss({
         name: \`\${typeof poolSum} \${typeof lossInput} \${IGNORE}\`, api: 1, create: () => ({ logits }) => logits.sum(),
       });`,
    );
    expect((await loadPlugin('./mine.ts', folder, 'loss')).plugin.name).toBe(
      'function function 255',
    );
  });

  test('that imports what is not installed says what', async () => {
    const { folder, write } = temporaryProject();
    write('mine.ts', "import 'left-out';\nexport default 1;\n");
    await expect(loadPlugin('./mine.ts', folder, 'loss')).rejects.toThrow(/left-out/);
  });
});

test('the loss of docs/authors works as it stands there', async () => {
  const page = join(import.meta.dirname, '../../../docs/authors/loss.md');
  const code = /```ts\n([\s\S]*?)```/.exec(readFileSync(page, 'utf8'))?.[1] ?? '';
  expect(code.trim().split('\n').length).toBeLessThanOrEqual(25);
  const { folder, write } = temporaryProject();
  write('my-loss.ts', code);
  // One pixel, two classes: ((1/2)^2 + (1/2)^2) / 2
  expect(onePixel(await made('./my-loss.ts', folder, { power: 2 }))).toBeCloseTo(0.25, 6);
});

describe('a JavaScript file', () => {
  const PLAIN = `
import { defineLoss } from '@raremask/core';
import * as tf from '@tensorflow/tfjs';
import { z } from 'zod';
export default defineLoss({
  name: 'plain', api: 1, options: z.object({}),
  create: () => ({ logits }) => { globalThis.plainTfjs = tf.tensor; return tf.sum(logits); },
});
`;

  test('in a folder without node_modules works on the tensors of the host', async () => {
    const { folder, write } = temporaryProject();
    write('plain.mjs', PLAIN);
    const loss = await made('./plain.mjs', folder, {});
    expect(onePixel(loss)).toBe(0);
    expect((globalThis as { plainTfjs?: unknown }).plainTfjs).toBe(tf.tensor);
  });

  /** Loads a file with the built host, and says whether Node's own import gives the same plugin. */
  const importedByNode = (project: Project, file: string) => {
    const script = project.write(
      'check.mjs',
      `import { loadPlugin } from '@raremask/core/host';
       const { plugin, url } = await loadPlugin('./${file}', ${JSON.stringify(project.folder)}, 'loss');
       const native = await import(url).catch(() => ({}));
       console.log(plugin.name, plugin === native.default);`,
    );
    return execFileSync(process.execPath, [script], { encoding: 'utf8' }).trim();
  };

  test('that Node gives the same copies as the host is imported by Node', () => {
    const project = temporaryProject();
    project.link('@raremask/core', '@tensorflow/tfjs', 'zod');
    project.write('plain.mjs', PLAIN);
    expect(importedByNode(project, 'plain.mjs')).toBe('plain true');
  });

  test('that asks for none of the copies is imported by Node', () => {
    const project = temporaryProject();
    project.link('@raremask/core');
    project.write(
      'bare.mjs',
      "export default { kind: 'loss', name: 'bare', api: 1, create() {} };",
    );
    expect(importedByNode(project, 'bare.mjs')).toBe('bare true');
  });

  test('whose neighbour asks for what only the host has gets it', () => {
    const project = temporaryProject();
    project.link('@raremask/core');
    project.write('entry.mjs', "export { default } from './plain.mjs';");
    project.write('plain.mjs', PLAIN);
    expect(importedByNode(project, 'entry.mjs')).toBe('plain false');
  });

  test('beside a second copy of tfjs still gets the copy of the host', async () => {
    const { folder, write, link } = temporaryProject();
    link('zod');
    const inner = 'node_modules/@tensorflow/tfjs';
    write(`${inner}/package.json`, '{ "name": "@tensorflow/tfjs", "main": "index.js" }');
    write(`${inner}/index.js`, "exports.sum = () => { throw new Error('the other copy'); };");
    write('plain.js', PLAIN);
    write('package.json', '{ "type": "module" }');
    expect(onePixel(await made('./plain.js', folder, {}))).toBe(0);
  });

  test('of a package with copies of everything still gets the tfjs of the host', async () => {
    const { folder, write, link } = temporaryProject();
    link('zod');
    link('@raremask/core');
    const inner = 'node_modules/@tensorflow/tfjs';
    write(`${inner}/package.json`, '{ "name": "@tensorflow/tfjs", "main": "index.js" }');
    write(`${inner}/index.js`, "throw new Error('the other copy');");
    write('dist/index.js', "export { default } from './plain.js';");
    write('dist/plain.js', PLAIN);
    const file = { name: 'plain', type: 'module', exports: './dist/index.js' };
    write('package.json', JSON.stringify(file));
    expect(onePixel(await made('plain', folder, {}))).toBe(0);
  });
});

describe('a file that cannot be loaded', () => {
  test('because it does not exist is answered with the nearest one', async () => {
    const { folder, write } = temporaryProject();
    write('losses/my-loss.ts', '');
    write('losses/notes.md', '');
    await expect(loadPlugin('./losses/myloss.ts', folder, 'loss')).rejects.toThrow(
      `the file "./losses/myloss.ts" does not exist. Expected: a module at ${join(folder, 'losses/myloss.ts')}. Do this: write "./losses/my-loss.ts".`,
    );
    await expect(loadPlugin('./losses/my-loss', folder, 'loss')).rejects.toThrow(
      'write "./losses/my-loss.ts"',
    );
  });

  test('because ./ was left out is answered with it', async () => {
    const { folder, write } = temporaryProject();
    write('my-loss.ts', '');
    await expect(loadPlugin('my-loss.ts', folder, 'loss')).rejects.toThrow('write "./my-loss.ts"');
  });

  test('because it is no module says which types are', async () => {
    const { folder, write } = temporaryProject();
    write('loss.py', '');
    await expect(loadPlugin('./loss.py', folder, 'loss')).rejects.toThrow(
      '"./loss.py" is not a kind of file that can be loaded. Expected: a name that ends in .ts, .mts, .js, .mjs, .cjs.',
    );
  });
});

test('a thread of its own loads a TypeScript file by its URL', async () => {
  const { folder, write } = temporaryProject();
  write('power.ts', SQUARED);
  write('arithmetic.ts', ARITHMETIC);
  const { url } = await loadPlugin('./power.ts', folder, 'loss');
  const host = new URL('../dist/host/index.js', import.meta.url).href;
  const code = `
    import { parentPort } from 'node:worker_threads';
    import { loadPluginFromUrl } from ${JSON.stringify(host)};
    parentPort.postMessage((await loadPluginFromUrl(${JSON.stringify(url)}, 'loss')).name);
  `;
  const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(code)}`));
  const name = await new Promise((done, fail) => {
    worker.once('message', done);
    worker.once('error', fail);
  });
  await worker.terminate();
  expect(name).toBe('power');
});
