import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { expect, test, vi } from 'vitest';

// Loading tfjs takes seconds on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

const source = join(import.meta.dirname, '../src');

/** Every specifier that is imported for its value, by the module and by what it imports. */
function reached(file: string, seen = new Set<string>()): Set<string> {
  const text = readFileSync(file, 'utf8');
  const statements = text.matchAll(
    /^(?:import|export)(?!\s+type\b)(?:[^;']*?\bfrom)?\s+'([^']+)';/gm,
  );
  for (const [, specifier = ''] of statements) {
    if (!specifier.startsWith('.')) seen.add(specifier);
    else {
      const path = resolve(dirname(file), specifier);
      expect(existsSync(path), path).toBe(true);
      if (!seen.has(path)) reached(path, seen.add(path));
    }
  }
  return seen;
}

const packagesOf = (entry: string) =>
  [...reached(join(source, entry))].filter((name) => !name.startsWith('/')).sort();

test('the root imports nothing: no container, no tfjs', () => {
  expect(packagesOf('index.ts')).toEqual([]);
});

test('only the host imports the container, and only in one place', () => {
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' });
  const importers = files
    .filter((file) => file.endsWith('.ts'))
    .filter((file) =>
      /'(tsyringe|reflect-metadata)'/.test(readFileSync(join(source, file), 'utf8')),
    );
  expect(importers).toEqual(['host/scopes.ts']);
  expect(packagesOf('host/index.ts')).toContain('tsyringe');
  expect(packagesOf('manifest/index.ts')).not.toContain('tsyringe');
});

test('importing the built root leaves Reflect alone, importing the host does not', () => {
  const afterImport = (entry: string) => {
    const path = join(import.meta.dirname, '../dist', entry);
    const code = `await import(${JSON.stringify(path)}); console.log(typeof Reflect.getMetadata)`;
    const options = ['--input-type=module', '-e', code];
    return execFileSync(process.execPath, options, { encoding: 'utf8' }).trim();
  };
  expect(afterImport('index.js')).toBe('undefined');
  expect(afterImport('host/index.js')).toBe('function');
});
