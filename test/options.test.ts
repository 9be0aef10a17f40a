import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from '@raremask/core';
import { optionsTable, withOptionsTable } from '@raremask/core/manifest';
import { describe, expect, test } from 'vitest';
import { root } from './pack.ts';

/** A table lies between these; a package of several plugins has one for each, by its word. */
const TABLE = /<!-- options:begin ?(?<word>[\w-]*) -->(?<table>[\s\S]*?)<!-- options:end -->/g;

// The tables of the others are written by hand: they leave out, or add, what the schema cannot say.
const GENERATED = [
  'sampler',
  'unet',
  'dataset-images',
  'tracker-tensorboard',
  'tracker-mlflow',
  'optimizers',
  'schedules',
];

describe.each(GENERATED)('README.md of %s', (name) => {
  const folder = join(root, 'packages', name);
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    exports: Record<string, string>;
    raremask: { plugins: Record<string, object> };
  };
  const readme = readFileSync(join(folder, 'README.md'), 'utf8');

  async function pluginOf(word: string): Promise<Plugin> {
    const file = manifest.exports[word === '' ? '.' : `./${word}`]!;
    return ((await import(join(folder, file))) as { default: Plugin }).default;
  }

  test('has a table for each plugin that has options', async () => {
    const words = Object.keys(manifest.raremask.plugins).map((entry) => entry.slice(2));
    const wanted: string[] = [];
    // Where plugins have words, the package's own name stands for one of them.
    for (const word of words.length > 1 ? words.filter(Boolean) : words) {
      if (optionsTable(await pluginOf(word)) !== undefined) wanted.push(word);
    }
    expect([...readme.matchAll(TABLE)].map(({ groups }) => groups!.word)).toEqual(wanted);
  });

  test('has the options that the schemas give', async () => {
    let generated = readme;
    for (const [, word] of readme.matchAll(TABLE)) {
      generated = withOptionsTable(generated, await pluginOf(word!), word!);
    }
    // `vitest run --project @raremask/test options -u` writes the tables anew.
    await expect(generated).toMatchFileSnapshot(join(folder, 'README.md'));
  });
});
