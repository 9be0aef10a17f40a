import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

export const root = join(import.meta.dirname, '..');

/** The published packages: their folder's name and their manifest. */
export const packages = readdirSync(join(root, 'packages')).map((folder) => ({
  folder,
  manifest: JSON.parse(readFileSync(join(root, 'packages', folder, 'package.json'), 'utf8')) as {
    name: string;
    version: string;
    exports: Record<string, string>;
  },
}));

/**
 * Packs every package as it would be published; only pnpm rewrites `workspace:` and `catalog:`.
 *
 * @returns the tarball of each package
 */
export function packAll(): ReadonlyMap<string, string> {
  const destination = join(root, '.packed');
  rmSync(destination, { recursive: true, force: true });
  mkdirSync(destination, { recursive: true });
  const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    packageManager: string;
  };
  execFileSync(
    'npx',
    [
      '--yes',
      packageManager,
      '-r',
      '--filter',
      './packages/*',
      'pack',
      '--pack-destination',
      destination,
    ],
    { cwd: root, stdio: 'pipe' },
  );
  return new Map(
    packages.map(({ manifest: { name, version } }) => [
      name,
      join(destination, `${name.replace('@', '').replace('/', '-')}-${version}.tgz`),
    ]),
  );
}
