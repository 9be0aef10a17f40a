// Whether the changesets that wait are as large as what has changed: the surfaces in git, of now and of the last release.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import readChangesets from '@changesets/read';
import { publishedPackages, root } from '../workspace.mjs';
import { changesBetween, neededSize, SIZES } from './compare.mjs';

const getChangesets = readChangesets.default ?? readChangesets;

/** Sentence of a changeset that a change which reads like a break is none. */
const COMPATIBLE = /^Compatible: \S/m;

export const surfaceFile = ({ dir }, from = root) => join(from, 'surface', `${basename(dir)}.txt`);

function git(...parameters) {
  try {
    return execFileSync('git', parameters, {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      maxBuffer: 2 ** 26,
    }).trim();
  } catch {
    return undefined;
  }
}

/**
 * Packages whose changesets are too small.
 *
 * @param since a branch: what has changed since it was left; left out, what has changed since a package's last release
 * @returns `{ name, needed, said, changes }` of each
 */
export async function tooSmall({ since } = {}) {
  const left = since === undefined ? undefined : git('merge-base', since, 'HEAD');
  if (since !== undefined && left === undefined) {
    throw new Error(
      `git knows no way from ${since} to here. Do this: git fetch it, with its history.`,
    );
  }
  const all = await getChangesets(root);
  return publishedPackages().flatMap((package_) => {
    const { name } = package_.manifest;
    const file = `surface/${basename(package_.dir)}.txt`;
    const base = left ?? lastRelease(package_.dir);
    const before = base && isReleased(package_.dir) ? git('show', `${base}:${file}`) : undefined;
    // What was never released may still become anything.
    if (before === undefined) return [];
    const changes = changesBetween(before, readFileSync(join(root, file), 'utf8'));
    const waiting = changesetsSince(base, all).filter(({ releases }) =>
      releases.some((one) => one.name === name),
    );
    return judged({ name, changes, waiting });
  });
}

/** @returns what is wrong with a package, or nothing */
export function judged({ name, changes, waiting }) {
  const needed = neededSize(
    changes,
    waiting.some(({ summary }) => COMPATIBLE.test(summary)),
  );
  const sizes = waiting.flatMap(({ releases }) =>
    releases.filter((one) => one.name === name).map(({ type }) => type),
  );
  const said = sizes.toSorted((a, b) => SIZES.indexOf(b) - SIZES.indexOf(a))[0] ?? 'none';
  return SIZES.indexOf(said) < SIZES.indexOf(needed) ? [{ name, needed, said, changes }] : [];
}

/** What to tell of it. */
export function complaint({ name, needed, said, changes }) {
  const told = changes
    .filter(({ size }) => size !== 'none')
    .slice(0, 12)
    .map(({ text }) => `  ${text}`);
  const more = changes.length > told.length ? [`  and ${changes.length - told.length} more`] : [];
  return [
    `${name}: its changesets say ${said}, what others see of it has changed by a ${needed}.`,
    ...told,
    ...more,
    `  Do this: npm run changeset, with a ${needed} of ${name}.${needed === 'major' ? ' Where nobody has to change anything, say why in it, in a line that begins with "Compatible: ": a minor is enough then.' : ''}`,
  ].join('\n');
}

function isReleased(dir) {
  return existsSync(join(dir, 'CHANGELOG.md'));
}

function lastRelease(dir) {
  return git('log', '-1', '--format=%H', '--', join(dir, 'CHANGELOG.md')) || undefined;
}

/** Those that a commit does not have yet: prereleases keep what they have used. */
function changesetsSince(base, all) {
  const known = new Set((git('ls-tree', '--name-only', base, '.changeset/') ?? '').split('\n'));
  return all.filter(({ id }) => !known.has(`.changeset/${id}.md`));
}
