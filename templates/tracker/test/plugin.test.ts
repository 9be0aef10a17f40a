import { readFile } from 'node:fs/promises';
import { trackerChecks } from '@raremask/conformance';
import { withOptionsTable } from '@raremask/core/manifest';
import { describe, expect, test } from 'vitest';
import plugin from '../src/index.ts';

describe('what every tracker must do', () => {
  test.each(trackerChecks(plugin, { options: [{}, { file: 'lines.txt' }] }))('$name', ({ run }) =>
    run(),
  );
});

test('README.md has the table of options that the schema gives', async () => {
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
  // `npm run readme` writes it anew.
  await expect(withOptionsTable(readme, plugin)).toMatchFileSnapshot('../README.md');
});
