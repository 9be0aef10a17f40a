import { readFile } from 'node:fs/promises';
import { serviceChecks } from '@raremask/conformance';
import { aboutPlugin } from '@raremask/core/host';
import { withOptionsTable } from '@raremask/core/manifest';
import { describe, expect, test } from 'vitest';
import plugin from '../src/index.ts';

describe('what every service must do', () => {
  test.each(serviceChecks(plugin, { options: [{}, { start: 1000 }] }))('$name', ({ run }) => run());
});

const fileOf = (name: string) => readFile(new URL(`../${name}`, import.meta.url), 'utf8');

// `npm run describe` writes both anew.
describe('what is written of it', () => {
  test('README.md has the table of options that the schema gives', async () => {
    const written = withOptionsTable(await fileOf('README.md'), plugin);
    await expect(written).toMatchFileSnapshot('../README.md');
  });

  test('package.json says what it is', async () => {
    const file = JSON.parse(await fileOf('package.json'));
    file.raremask.plugins['.'] = aboutPlugin(plugin);
    await expect(`${JSON.stringify(file, null, 2)}\n`).toMatchFileSnapshot('../package.json');
  });
});
