import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
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
 * Packs every package as it would be published.
 *
 * @returns the tarball of each package
 */
export function packAll(): ReadonlyMap<string, string> {
  const destination = join(root, '.packed');
  rmSync(destination, { recursive: true, force: true });
  const script = join(root, 'scripts', 'release', 'pack.mjs');
  const packed = execFileSync(process.execPath, [script, destination], { encoding: 'utf8' });
  return new Map(Object.entries(JSON.parse(packed) as Record<string, string>));
}
