// Packs every package as a registry gets it: node scripts/release/pack.mjs FOLDER prints the tarballs as JSON.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { repository } from './repository.mjs';
import { publishedPackages, rangeResolver, root, speaksOf, withRanges } from './workspace.mjs';

/** What no registry can resolve. */
const LOCAL = /"(?:workspace|catalog|file|link|portal):/;

/**
 * Packs packages: ranges resolved, `private` taken out, licence, changelog and repository put in. In the workspace
 * every package is private, so that no other way of publishing takes it, with `workspace:` in it.
 *
 * @param names which ones; left out, all
 * @returns name and tarball of each
 */
export function packPackages(destination, names) {
  mkdirSync(destination, { recursive: true });
  const staging = mkdtempSync(join(tmpdir(), 'raremask-pack-'));
  const resolveRange = rangeResolver();
  try {
    const chosen = publishedPackages().filter(
      ({ manifest }) => names === undefined || names.includes(manifest.name),
    );
    const folders = chosen.map(({ dir, manifest }) => {
      const folder = join(staging, basename(dir));
      mkdirSync(folder);
      const { private: _, scripts, devDependencies, ...kept } = withRanges(manifest, resolveRange);
      const where = repository();
      const published = {
        ...kept,
        ...(where && { repository: { ...where, directory: `packages/${basename(dir)}` } }),
        publishConfig: { access: 'public' },
      };
      const text = `${JSON.stringify(published, null, 2)}\n`;
      if (LOCAL.test(text))
        throw new Error(`${manifest.name} has a range that is of this workspace`);
      writeFileSync(join(folder, 'package.json'), text);
      cpSync(join(root, 'LICENSE'), join(folder, 'LICENSE'));
      for (const entry of [...manifest.files, 'README.md']) {
        if (existsSync(join(dir, entry))) {
          cpSync(join(dir, entry), join(folder, entry), { recursive: true });
        } else if (entry !== 'CHANGELOG.md') {
          throw new Error(`${manifest.name} has no ${entry}. Do this: npm run build.`);
        }
      }
      return folder;
    });
    const packed = JSON.parse(
      execFileSync(
        'npm',
        [
          'pack',
          '--json',
          '--ignore-scripts',
          '--pack-destination',
          resolve(destination),
          ...folders,
        ],
        { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 2 ** 26 },
      ),
    );
    return packed.map(({ name, filename }) => ({
      name,
      tarball: join(resolve(destination), filename),
    }));
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
}

/** The package.json in a tarball, as it is. */
function manifestOf(tarball) {
  return execFileSync('tar', ['-xzOf', tarball, 'package/package.json'], { encoding: 'utf8' });
}

/** Refuses a tarball that a registry must not have. */
export function checkTarball(tarball) {
  const text = manifestOf(tarball);
  const { name, version, private: isPrivate } = JSON.parse(text);
  const refuse = (what) => {
    throw new Error(`${name} ${version} is not published: ${what}.`);
  };
  if (LOCAL.test(text)) refuse('a range in it can be resolved in this workspace only');
  if (isPrivate) refuse('it is marked as private');
  const files = execFileSync('tar', ['-tzf', tarball], { encoding: 'utf8' });
  for (const file of ['LICENSE', 'README.md', 'CHANGELOG.md']) {
    if (!files.includes(`package/${file}\n`)) refuse(`it has no ${file}`);
  }
  const changelog = execFileSync('tar', ['-xzOf', tarball, 'package/CHANGELOG.md'], {
    encoding: 'utf8',
  });
  if (!speaksOf(changelog, version)) refuse('its changelog does not speak of this version');
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const packed = packPackages(process.argv[2]);
  console.log(
    JSON.stringify(Object.fromEntries(packed.map(({ name, tarball }) => [name, tarball]))),
  );
}
