import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { prepareBackend } from '@raremask/backends';
import { checksFor, runChecks } from '@raremask/conformance';
import { type FoundPlugin, loadPlugin } from '@raremask/core/host';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { blocks } from './documents.ts';

interface Printed {
  readonly place: string;
  readonly kind: string;
  readonly code: string;
}

/** Every block of code that is a plugin. */
const printed: readonly Printed[] = blocks.flatMap(({ place, code, from }) => {
  const kind = /export default define([A-Z]\w+)/.exec(code)?.[1];
  // What is taken from a template is tested there.
  return kind === undefined || from !== undefined
    ? []
    : [{ place, kind: kind.toLowerCase(), code }];
});

let folder: string;
beforeAll(async () => {
  await prepareBackend('cpu');
  folder = mkdtempSync(join(tmpdir(), 'raremask-printed-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

test('the pages have plugins of several kinds', () => {
  expect(new Set(printed.map(({ kind }) => kind)).size).toBeGreaterThanOrEqual(4);
});

test.each(printed)('the $kind of $place passes the kit', async ({ place, kind, code }) => {
  const file = join(folder, `${place.replace(/\W/g, '-')}.ts`);
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
