import { readFile } from 'node:fs/promises';
import { datasetChecks } from '@raremask/conformance';
import { withOptionsTable } from '@raremask/core/manifest';
import { describe, expect, test } from 'vitest';
import plugin from '../src/index.ts';

const options = [{ images: 12, size: 32 }];
// Built, as it is read in another thread too.
const module = new URL('../dist/index.js', import.meta.url).href;

describe('what every data set must do', () => {
  test.each(datasetChecks(plugin, { options, module }))('$name', ({ run }) => run());
});

test('README.md has the table of options that the schema gives', async () => {
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
  // `npm run readme` writes it anew.
  await expect(withOptionsTable(readme, plugin)).toMatchFileSnapshot('../README.md');
});
