import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { prepareBackend } from '@raremask/backends';
import { checksFor, runChecks } from '@raremask/conformance';
import { type FoundPlugin, loadPlugin } from '@raremask/core/host';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { root } from './pack.ts';

/** Pages that an author reads. */
const pages = [
  'README.md',
  ...readdirSync(join(root, 'packages')).map((name) => `packages/${name}/README.md`),
  ...readdirSync(join(root, 'docs'), { recursive: true })
    .map((name) => `docs/${name}`)
    .filter((name) => name.endsWith('.md')),
];

interface Printed {
  readonly page: string;
  readonly kind: string;
  readonly code: string;
}

/** Every block of code that is a plugin. */
const printed: readonly Printed[] = pages.flatMap((page) =>
  [...readFileSync(join(root, page), 'utf8').matchAll(/^```(?:ts|js)\n([\s\S]*?)^```$/gm)].flatMap(
    ([, code]) => {
      const kind = /export default define([A-Z]\w+)/.exec(code!)?.[1];
      return kind === undefined ? [] : [{ page, kind: kind.toLowerCase(), code: code! }];
    },
  ),
);

let folder: string;
beforeAll(async () => {
  await prepareBackend('cpu');
  folder = mkdtempSync(join(tmpdir(), 'raremask-printed-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

test('the pages have plugins of several kinds', () => {
  expect(new Set(printed.map(({ kind }) => kind)).size).toBeGreaterThanOrEqual(4);
});

test.each(printed)('the $kind of $page passes the kit', async ({ kind, code }) => {
  const file = join(folder, `${kind}${Math.abs(code.length)}.ts`);
  writeFileSync(file, code);
  const found = (await loadPlugin(
    `./${file.slice(folder.length + 1)}`,
    folder,
    kind as 'loss',
    kind,
  )) as FoundPlugin<'loss'>;
  expect(found.url).toBe(pathToFileURL(file).href);
  const results = await runChecks(checksFor(found.plugin));
  expect(
    results.flatMap(({ name, error }) => (error ? [`${name}: ${error.message}`] : [])),
  ).toEqual([]);
});
