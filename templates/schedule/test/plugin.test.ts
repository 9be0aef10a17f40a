import { readFile } from 'node:fs/promises';
import { scheduleChecks } from '@raremask/conformance';
import { withOptionsTable } from '@raremask/core/manifest';
import { describe, expect, test } from 'vitest';
import plugin from '../src/index.ts';

describe('what every schedule must do', () => {
  test.each(scheduleChecks(plugin, { options: [{}, { final: 0.1 }] }))('$name', ({ run }) => run());
});

test('README.md has the table of options that the schema gives', async () => {
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
  // `npm run readme` writes it anew.
  await expect(withOptionsTable(readme, plugin)).toMatchFileSnapshot('../README.md');
});
