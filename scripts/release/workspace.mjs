// What the release needs to know of the workspace: its packages, and their manifests as a registry may have them.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

const FIELDS = ['dependencies', 'peerDependencies', 'optionalDependencies', 'devDependencies'];

/** The packages that are published: their folder and their manifest. */
export function publishedPackages(from = root) {
  const folder = join(from, 'packages');
  return readdirSync(folder).map((name) => ({
    dir: join(folder, name),
    manifest: JSON.parse(readFileSync(join(folder, name, 'package.json'), 'utf8')),
  }));
}

/** Whether a changelog has a section of this version. */
export const speaksOf = (changelog, version) => changelog.includes(`\n## ${version}\n`);

/** Names of those packages whose version is in no changelog yet. */
export function withoutChangelog(packages) {
  return packages
    .filter(({ dir, manifest }) => {
      const path = join(dir, 'CHANGELOG.md');
      return !existsSync(path) || !speaksOf(readFileSync(path, 'utf8'), manifest.version);
    })
    .map(({ manifest }) => manifest.name);
}

/**
 * Makes the function that turns `workspace:` and `catalog:` into ranges that a registry understands.
 *
 * @param caret whether a version that the catalog pins becomes a range from it on
 */
export function rangeResolver({ from = root, caret = false } = {}) {
  const { catalog } = parse(readFileSync(join(from, 'pnpm-workspace.yaml'), 'utf8'));
  const versions = new Map(
    publishedPackages(from).map(({ manifest }) => [manifest.name, manifest.version]),
  );
  return (name, range) => {
    if (range === 'catalog:') {
      const pinned = catalog[name];
      if (pinned === undefined) throw new Error(`pnpm-workspace.yaml has no catalog entry ${name}`);
      return caret && /^\d/.test(pinned) ? `^${pinned}` : pinned;
    }
    const workspace = /^workspace:([\^~*])$/.exec(range);
    if (workspace === null) return range;
    const version = versions.get(name);
    if (version === undefined) throw new Error(`${name} is no package that is published`);
    return workspace[1] === '*' ? version : workspace[1] + version;
  };
}

/** The manifest with every range resolved. */
export function withRanges(manifest, resolve) {
  const resolved = { ...manifest };
  for (const field of FIELDS) {
    if (manifest[field] === undefined) continue;
    resolved[field] = Object.fromEntries(
      Object.entries(manifest[field]).map(([name, range]) => [name, resolve(name, range)]),
    );
  }
  return resolved;
}
