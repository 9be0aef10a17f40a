import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from '@raremask/core';
import { aboutPlugin } from '@raremask/core/host';
import { expect, test } from 'vitest';
import { packages, root } from './pack.ts';

interface PackageJson {
  readonly exports: Readonly<Record<string, string>>;
  readonly raremask: { plugins: Record<string, unknown> };
}

const names = packages
  .map(({ folder }) => folder)
  .filter((name) =>
    readFileSync(join(root, 'packages', name, 'package.json'), 'utf8').includes('"plugins"'),
  );

// `vitest run --project @raremask/test about -u` writes them anew.
test.each(names)('%s says in package.json what its plugins are', async (name) => {
  const folder = join(root, 'packages', name);
  const path = join(folder, 'package.json');
  const file = JSON.parse(readFileSync(path, 'utf8')) as PackageJson;
  for (const entry of Object.keys(file.raremask.plugins)) {
    const module = (await import(join(folder, file.exports[entry]!))) as { default: Plugin };
    file.raremask.plugins[entry] = aboutPlugin(module.default);
  }
  await expect(`${JSON.stringify(file, null, 2)}\n`).toMatchFileSnapshot(path);
});
