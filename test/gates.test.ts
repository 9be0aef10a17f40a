import { type ExecFileException, execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { packages, root } from './pack.ts';

const execute = promisify(execFile);

/** Runs a tool of the workspace; what it printed is the failure's text. */
async function tool(...parameters: string[]): Promise<string> {
  const [name, ...rest] = parameters as [string, ...string[]];
  try {
    const { stdout } = await execute('npx', ['--no-install', name, ...rest], {
      cwd: root,
      maxBuffer: 2 ** 26,
    });
    return stdout;
  } catch (error) {
    const { stdout, stderr } = error as ExecFileException;
    throw new Error(`${parameters.join(' ')}\n${stdout}\n${stderr}`);
  }
}

test('Biome finds nothing to mend', async () => {
  await tool('biome', 'check', '--error-on-warnings', '.');
});

test('tests, benchmarks and examples have the right types', async () => {
  await tool('tsc', '-p', 'tsconfig.tests.json');
}, 300_000);

test('knip finds no dead file, export or dependency', async () => {
  await tool('knip', '--no-progress');
}, 300_000);

test('changesets name packages of the workspace, and say something', () => {
  const folder = join(root, '.changeset');
  const names = packages.map(({ manifest }) => manifest.name);
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.md'))) {
    const [, head, summary] = readFileSync(join(folder, file), 'utf8').split(/^---$/m);
    const releases = parse(head!) as Record<string, string>;
    expect(names, file).toEqual(expect.arrayContaining(Object.keys(releases)));
    expect(Object.values(releases), file).not.toHaveLength(0);
    for (const size of Object.values(releases)) expect(['patch', 'minor', 'major']).toContain(size);
    expect(summary?.trim(), file).toBeTruthy();
  }
});
