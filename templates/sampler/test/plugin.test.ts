import { readFile } from 'node:fs/promises';
import { samplerChecks } from '@raremask/conformance';
import { withOptionsTable } from '@raremask/core/manifest';
import { describe, expect, test } from 'vitest';
import plugin from '../src/index.ts';

describe('what every sampler must do', () => {
  test.each(samplerChecks(plugin, { options: [{}, { repeat: 2 }] }))('$name', ({ run }) => run());
});

test('README.md has the table of options that the schema gives', async () => {
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
  // `npm run readme` writes it anew.
  await expect(withOptionsTable(readme, plugin)).toMatchFileSnapshot('../README.md');
});
