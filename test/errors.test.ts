import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { packages, root } from './pack.ts';

/** Every code in the sources, with the files that make it. */
function codes(): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const { folder } of packages) {
    const source = join(root, 'packages', folder, 'src');
    for (const entry of readdirSync(source, { recursive: true, encoding: 'utf8' })) {
      if (!entry.endsWith('.ts')) continue;
      const text = readFileSync(join(source, entry), 'utf8');
      for (const [, code] of text.matchAll(/'(RAREMASK_[A-Z0-9_]+)'/g)) {
        found.set(code!, [...(found.get(code!) ?? []), `${folder}/src/${entry}`]);
      }
    }
  }
  return found;
}

test('every error code is listed in docs/errors.md, and every listed code exists', () => {
  const page = readFileSync(join(root, 'docs', 'errors.md'), 'utf8');
  const listed = [...page.matchAll(/^\| `(RAREMASK_[A-Z0-9_]+)` +\|/gm)].map(([, code]) => code!);
  expect(listed.toSorted()).toEqual([...codes().keys()].toSorted());
  expect(new Set(listed).size).toBe(listed.length);
});

test('a code belongs to one package', () => {
  for (const [code, files] of codes()) {
    expect(new Set(files.map((file) => file.split('/')[0])).size, code).toBe(1);
  }
});
