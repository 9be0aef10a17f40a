import { readFile } from 'node:fs/promises';
import { lossChecks } from '@raremask/conformance';
import { withOptionsTable } from '@raremask/core/manifest';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import plugin from '../src/index.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

describe('what every loss must do', () => {
  test.each(lossChecks(plugin, { options: [{}, { power: 1.5 }] }))('$name', ({ run }) => run());
});

test('README.md has the table of options that the schema gives', async () => {
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
  // `npm run readme` writes it anew.
  await expect(withOptionsTable(readme, plugin)).toMatchFileSnapshot('../README.md');
});
