import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { prepareBackend } from '@raremask/backends';
import { loadManifest } from '@raremask/core/manifest';
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { further } from './further.ts';
import { mapTables } from './markdownTable.ts';
import { root } from './pack.ts';
import { type Ground, runOf, withFigures } from './remedyFigures.ts';

const remedies = join(root, 'docs', 'remedies');
const pages = readdirSync(remedies)
  .filter((name) => name.endsWith('.md'))
  .toSorted();
/** Pages whose figures every run holds: a loss, a sampler and a model. */
const FIRST = ['empty-policies.md', 'sampling.md', 'smoothing.md', 'last-bias.md'];
const textOf = (page: string) => readFileSync(join(remedies, page), 'utf8');
const snippetsOf = (page: string) =>
  [...textOf(page).matchAll(/^```yaml\n([\s\S]*?)^```$/gm)].map(([, snippet]) => snippet!);

let folder: string;
let ground: Ground;
beforeAll(async () => {
  await prepareBackend('wasm');
  folder = mkdtempSync(join(tmpdir(), 'raremask-remedies-'));
  const [first] = snippetsOf('README.md');
  ground = { manifest: fileOf(first!, 'base.yaml'), folder: join(root, 'examples', 'real') };
});
afterAll(() => rmSync(folder, { recursive: true }));

function fileOf(text: string, name: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

describe.each(pages)('%s', (page) => {
  test('has manifests that load, and whose plugins are made', async () => {
    const snippets = snippetsOf(page);
    expect(snippets.length).toBeGreaterThan(0);
    const options = { folder: ground.folder, env: {} };
    for (const [index, snippet] of snippets.entries()) {
      const file = fileOf(snippet, `${page}-${index}.yaml`);
      const loaded = await loadManifest([ground.manifest, file], options);
      const run = runOf(loaded);
      const { model, sampler, losses } = loaded.plugins;
      for (const plugin of [model, sampler, ...losses]) await run.make(plugin);
    }
  });

  // Loading the manifests is quick; the figures of the other pages take half a minute together.
  const figures = FIRST.includes(page) ? [page] : further(`the figures of ${page}`, [page]);
  test.each(figures)('%s has the figures that its losses, samplers and models give', async () => {
    const before = tf.memory().numTensors;
    const text = await mapTables(textOf(page), (rows) => withFigures(rows, ground));
    // `vitest run -u` writes the figures anew.
    await expect(text).toMatchFileSnapshot(join(remedies, page));
    expect(tf.memory().numTensors).toBe(before);
  });
});

test('README.md has a link to every page, and every page has figures', () => {
  const index = textOf('README.md');
  for (const page of pages.filter((name) => name !== 'README.md')) {
    expect(index).toContain(`](${page})`);
    expect(textOf(page)).toMatch(/^\| (loss|sampler|model) +\|/m);
  }
});
