import { readFile } from 'node:fs/promises';
import { serviceChecks } from '@raremask/conformance';
import { aboutPlugin } from '@raremask/core/host';
import { readmeFaults, withOptionsTable } from '@raremask/core/manifest';
import { describe, expect, test } from 'vitest';
import plugin from '../src/index.ts';

describe('what every service must do', () => {
  test.each(serviceChecks(plugin, { options: [{}, { start: 1000 }] }))('$name', ({ run }) => run());
});

const fileOf = (name: string) => readFile(new URL(`../${name}`, import.meta.url), 'utf8');

// `npm run describe` writes summary, table and package.json anew. The example, and when not to use it, are yours.
describe('what is written of it', () => {
  test('README.md has its summary, and the table of options that the schema gives', async () => {
    const readme = (await fileOf('README.md')).replace(
      /^(# .*\n\n).*/,
      (_, title: string) => `${title}${plugin.summary}.`,
    );
    const written = withOptionsTable(readme, plugin);
    await expect(written).toMatchFileSnapshot('../README.md');
  });

  test('README.md has an example with options that the schema takes', async () => {
    const { name } = JSON.parse(await fileOf('package.json'));
    expect(await readmeFaults(await fileOf('README.md'), name, plugin)).toEqual([]);
  });

  test('package.json says what it is', async () => {
    const file = JSON.parse(await fileOf('package.json'));
    file.description = plugin.summary;
    file.raremask.plugins['.'] = aboutPlugin(plugin);
    await expect(`${JSON.stringify(file, null, 2)}\n`).toMatchFileSnapshot('../package.json');
  });
});
