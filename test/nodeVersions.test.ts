import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import semver from 'semver';
import { expect, test } from 'vitest';
import { packages, root } from './pack.ts';

interface PackageJson {
  readonly name: string;
  readonly version: string;
  readonly engines?: { readonly node?: string };
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

function read(folder: string): PackageJson {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
}

/** Where Node finds a package from a folder; undefined for an optional one that is not there. */
function found(name: string, from: string): string | undefined {
  for (let folder = from; ; folder = dirname(folder)) {
    const path = join(folder, 'node_modules', name);
    if (existsSync(join(path, 'package.json'))) return realpathSync(path);
    if (folder === dirname(folder)) return undefined;
  }
}

/** All that is installed with our packages, ours among them. */
function installed(): readonly PackageJson[] {
  const seen = new Map<string, PackageJson>();
  const visit = (folder: string): void => {
    if (seen.has(folder)) return;
    const manifest = read(folder);
    seen.set(folder, manifest);
    const { dependencies, optionalDependencies, peerDependencies } = manifest;
    for (const name of Object.keys({
      ...dependencies,
      ...optionalDependencies,
      ...peerDependencies,
    })) {
      const path = found(name, folder);
      if (path !== undefined) visit(path);
    }
  };
  for (const { folder } of packages) visit(join(root, 'packages', folder));
  return [...seen.values()];
}

const promised = read(root).engines!.node!;

test('everything that a user installs runs on every Node that we say we run on', () => {
  const all = installed();
  expect(all.length).toBeGreaterThan(100);
  const narrower = all
    .filter(({ engines }) => !semver.subset(promised, engines?.node ?? '*'))
    .map(({ name, version, engines }) => `${name} ${version} wants ${engines!.node}`);
  expect(narrower).toEqual([]);
});

test('every package of ours says the same of Node', () => {
  const others = packages.filter(
    ({ folder }) => read(join(root, 'packages', folder)).engines?.node !== promised,
  );
  expect(others.map(({ folder }) => folder)).toEqual([]);
});
