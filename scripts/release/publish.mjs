// Publishes what the registry does not have yet: npm run release:publish [-- --dry-run] [--public] [--no-git-tag] [--no-build]
import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { build } from '../setup.mjs';
import { checkTarball, packPackages } from './pack.mjs';
import { namedRegistry } from './registry.mjs';
import { publishedPackages, root, withoutChangelog } from './workspace.mjs';

const execute = promisify(execFile);
const { values } = parseArgs({
  allowNegative: true,
  options: {
    'dry-run': { type: 'boolean', default: false },
    public: { type: 'boolean', default: false },
    'git-tag': { type: 'boolean', default: true },
    build: { type: 'boolean', default: true },
  },
});

/** Dependencies before those who need them: what is published can be installed, wherever it stops. */
function inOrder(packages) {
  const byName = new Map(packages.map((entry) => [entry.manifest.name, entry]));
  const ordered = new Set();
  const add = (entry) => {
    if (entry === undefined || ordered.has(entry)) return;
    const { dependencies, peerDependencies } = entry.manifest;
    for (const name of Object.keys({ ...dependencies, ...peerDependencies })) add(byName.get(name));
    ordered.add(entry);
  };
  for (const entry of packages) add(entry);
  return [...ordered];
}

/** `next` for 1.1.0-next.0, `canary` for 1.1.0-canary-20260131: a prerelease never becomes the latest. */
function channelOf(version) {
  return /-([a-z]+)/.exec(version)?.[1] ?? 'latest';
}

async function isThere({ name, version }, registry) {
  try {
    const { stdout } = await execute('npm', [
      'view',
      `${name}@${version}`,
      'version',
      '--registry',
      registry,
    ]);
    return stdout.trim() !== '';
  } catch (error) {
    if (/E404/.test(error.stderr)) return false;
    throw new Error(`${registry} does not answer for ${name}: ${error.stderr}`);
  }
}

async function main() {
  const registry = namedRegistry({ isPublic: values.public });
  console.log(`registry: ${registry}`);
  if (values.build) build();
  const all = inOrder(publishedPackages()).map(({ manifest }) => manifest);
  const missing = [];
  // Four at a time: each asks by an npm of its own.
  for (let start = 0; start < all.length; start += 4) {
    const asked = all.slice(start, start + 4);
    const there = await Promise.all(asked.map((manifest) => isThere(manifest, registry)));
    missing.push(...asked.filter((_, index) => !there[index]));
  }
  if (missing.length === 0) {
    console.log('every version is there already');
    return;
  }
  const early = withoutChangelog(
    publishedPackages().filter(({ manifest }) =>
      missing.some(({ name }) => name === manifest.name),
    ),
  );
  if (early.length > 0) {
    const which = early.length > 3 ? `${early.slice(0, 3).join(', ')}, ...` : early.join(', ');
    throw new Error(
      `${early.length} of ${all.length} packages have a version of which no changelog speaks (${which}). Do this: npm run release:version first, and commit what it writes.`,
    );
  }
  const folder = mkdtempSync(join(tmpdir(), 'raremask-release-'));
  try {
    const packed = packPackages(
      folder,
      missing.map(({ name }) => name),
    );
    const tarballs = new Map(packed.map(({ name, tarball }) => [name, tarball]));
    // All of them first: a release is published whole or not begun.
    for (const { tarball } of packed) checkTarball(tarball);
    for (const { name, version } of missing) {
      const channel = channelOf(version);
      if (values['dry-run']) {
        console.log(`would publish ${name} ${version} as ${channel}`);
        continue;
      }
      const options = ['--registry', registry, '--tag', channel, '--access', 'public'];
      // Where a forge vouches for who builds. Private registries mostly cannot keep it.
      if (values.public && process.env.ACTIONS_ID_TOKEN_REQUEST_URL) options.push('--provenance');
      await execute('npm', ['publish', tarballs.get(name), ...options], { cwd: folder });
      console.log(`published ${name} ${version} as ${channel}`);
      if (values['git-tag']) {
        execFileSync('git', ['tag', '--force', `${name}@${version}`], { cwd: root });
      }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

try {
  await main();
} catch (error) {
  console.error(`error ${error.stderr || error.message}`);
  process.exitCode = 1;
}
