import { spawnSync } from 'node:child_process';
import { copyFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isRaremaskError, KINDS } from '@raremask/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
// Built, as the templates are collected by the build.
import { scaffold, scaffoldKinds } from '../dist/index.js';
import { isPackageName, wordOf } from '../src/names.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'raremask-new-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const kinds = Object.keys(KINDS);

test('every kind of plugin has a template', () => {
  expect(scaffoldKinds().toSorted()).toEqual(kinds.toSorted());
});

describe.each(kinds)('a new %s', (kind) => {
  const texts = new Map<string, string>();
  beforeAll(async () => {
    const out = join(folder, kind);
    const made = await scaffold(kind, `@lab/raremask-${kind}-edge`, out);
    expect(made.word).toBe('edge');
    for (const file of made.files) texts.set(file, await readFile(join(out, file), 'utf8'));
  });

  test('has source, test, README, build, lint, changesets and a CI file', () => {
    for (const file of [
      '.changeset/config.json',
      '.changeset/first.md',
      '.github/workflows/ci.yml',
      '.gitignore',
      'CONTRIBUTING.md',
      'README.md',
      'biome.json',
      'package.json',
      'src/index.ts',
      'test/plugin.test.ts',
      'tsconfig.json',
    ]) {
      expect([...texts.keys()]).toContain(file);
    }
  });

  test('can be published under its own name', () => {
    const manifest = JSON.parse(texts.get('package.json')!) as Record<string, unknown>;
    expect(manifest).toMatchObject({
      name: `@lab/raremask-${kind}-edge`,
      raremask: { plugins: { '.': { kind, name: 'edge', api: 1 } } },
    });
    expect(manifest).not.toHaveProperty('private');
    expect(texts.get('package.json')).not.toMatch(/"(workspace|catalog):/);
    expect(texts.get('tsconfig.json')).not.toContain('extends');
  });

  test('keeps nothing of the name of its template', () => {
    for (const [file, text] of texts) expect(text, file).not.toMatch(/template/i);
    expect(texts.get('src/index.ts')).toContain("name: 'edge'");
  });
});

test('new packages pass their linter, however long their names are', async () => {
  const out = join(folder, 'linted');
  for (const kind of kinds) {
    for (const name of ['a', `raremask-${kind}-fresh`, `@a-scope/${'long-'.repeat(12)}${kind}`]) {
      await scaffold(kind, name, join(out, `${kind}-${name.length}`));
    }
  }
  // Each with the rules that it is made with; one is enough for all.
  const folders = await readdir(out);
  await copyFile(join(out, 'loss-1', 'biome.json'), join(out, 'biome.json'));
  for (const name of folders) await rm(join(out, name, 'biome.json'));
  const biome = fileURLToPath(import.meta.resolve('@biomejs/biome/bin/biome'));
  const { status, stdout, stderr } = spawnSync(process.execPath, [biome, 'check', '.'], {
    cwd: out,
    encoding: 'utf8',
  });
  expect(status, stdout + stderr).toBe(0);
});

test.each([
  ['edge', 'loss', 'edge'],
  ['raremask-loss-edge', 'loss', 'edge'],
  ['@lab/my_edge.loss', 'loss', 'my-edge'],
  ['raremask-loss', 'loss', 'loss'],
  ['@lab/3d', 'score', 'score-3d'],
])('the plugin of %s, a %s, is called %s', (name, kind, word) => {
  expect(wordOf(name, kind)).toBe(word);
});

test.each(['edge', '@lab/edge', 'a.b_c-d', '3d'])('a package can be called %s', (name) => {
  expect(isPackageName(name)).toBe(true);
});

test.each([
  '',
  'Edge',
  '.edge',
  '_edge',
  '../edge',
  '@lab',
  '@lab/',
  'a b',
  'a/b',
  'x'.repeat(215),
])('no package can be called "%s"', async (name) => {
  expect(isPackageName(name)).toBe(false);
  await expect(scaffold('loss', name, join(folder, 'refused'))).rejects.toThrow(
    /name of the plugin: .*Do this: /,
  );
});

test('refuses a kind that does not exist, with those that do', async () => {
  const failure: unknown = await scaffold('metric', 'edge', join(folder, 'refused')).catch(
    (error: unknown) => error,
  );
  expect(isRaremaskError(failure)).toBe(true);
  expect(String(failure)).toMatch(/no kind metric\. Expected: .*loss.*score/);
  await expect(scaffold('toString', 'edge')).rejects.toThrow(/no kind toString/);
});

test('writes over nothing', async () => {
  const taken = join(folder, 'loss');
  await expect(scaffold('loss', 'edge', taken)).rejects.toThrow(/it is kept/);
  const file = join(folder, 'a-file');
  await writeFile(file, 'mine');
  await expect(scaffold('loss', 'edge', file)).rejects.toThrow(/it is kept/);
  expect(await readFile(file, 'utf8')).toBe('mine');
});
