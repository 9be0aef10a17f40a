import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from '@raremask/core';
import { describeOptions } from '@raremask/core/manifest';
import { describe, expect, test } from 'vitest';
import { mapTables, type Rows } from './markdownTable.ts';
import { root } from './pack.ts';

const BEGIN = '<!-- options:begin -->';
const END = '<!-- options:end -->';

// The tables of the others are written by hand: they leave out, or add, what the schema cannot say.
describe.each(['sampler', 'unet', 'dataset-images', 'tracker-tensorboard', 'tracker-mlflow'])(
  'README.md of %s',
  (name) => {
    test('has the table of options that its schema gives', async () => {
      const folder = join(root, 'packages', name);
      const { default: plugin } = (await import(join(folder, 'dist', 'index.js'))) as {
        default: Plugin;
      };
      const rows: Rows = [
        ['option', 'type', 'default', 'meaning'],
        ...describeOptions(plugin).map(({ option, type, default: value, meaning }) => [
          `\`${option}\``,
          type,
          value === 'required' || value === 'none' ? value : `\`${value}\``,
          meaning,
        ]),
      ];
      const text = readFileSync(join(folder, 'README.md'), 'utf8');
      const [before, table, after] = [
        text.slice(0, text.indexOf(BEGIN)),
        text.slice(text.indexOf(BEGIN), text.indexOf(END)),
        text.slice(text.indexOf(END)),
      ];
      const generated = before + (await mapTables(table, async () => rows)) + after;
      // `vitest run --project @raremask/test options -u` writes the tables anew.
      await expect(generated).toMatchFileSnapshot(join(folder, 'README.md'));
    });
  },
);
