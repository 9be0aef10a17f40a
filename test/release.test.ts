import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { planReleases } from '../scripts/release/plan.mjs';
import { withoutChangelog } from '../scripts/release/workspace.mjs';

type Sizes = Readonly<Record<string, 'major' | 'minor' | 'patch'>>;
type Versions = Readonly<Record<string, string>>;

const peers = { peerDependencies: { '@raremask/core': 'workspace:^' } };
/** The workspace in small: what depends on what, as it does. */
const PACKAGES = {
  '@raremask/core': {},
  '@raremask/metrics': { dependencies: { '@raremask/core': 'workspace:^' } },
  '@raremask/loss-dice': { ...peers, devDependencies: { '@raremask/core': 'workspace:^' } },
  '@raremask/unet': peers,
  '@raremask/report': { dependencies: { '@raremask/metrics': 'workspace:^' } },
  '@raremask/phantom': {},
  raremask: {
    dependencies: {
      '@raremask/core': 'workspace:^',
      '@raremask/report': 'workspace:^',
      '@raremask/metrics': 'workspace:^',
    },
  },
};
const config = {
  changelog: false,
  commit: false,
  fixed: [],
  linked: [],
  access: 'public',
  baseBranch: 'main',
  updateInternalDependencies: 'patch',
  ignore: [],
  privatePackages: { version: true, tag: true },
  snapshot: { useCalculatedVersion: true, prereleaseTemplate: null },
  ___experimentalUnsafeOptions_WILL_CHANGE_IN_PATCH: {
    onlyUpdatePeerDependentsWhenOutOfRange: true,
  },
} as unknown as Parameters<typeof planReleases>[0]['config'];

interface Asked {
  /** Those of packages that differ from 1.2.3. */
  readonly versions?: Versions;
  readonly released?: boolean;
  readonly pre?: 'pre' | 'exit';
  /** Changesets that an earlier prerelease has used. */
  readonly used?: readonly string[];
  readonly snapshot?: string;
}

/** The packages that move, with their new versions. */
function moved(changes: readonly Sizes[], asked: Asked = {}): Versions {
  const { versions = {}, released = true, pre, used = [], snapshot } = asked;
  const packages = Object.entries(PACKAGES).map(([name, packageJson]) => ({
    dir: `/packages/${name}`,
    packageJson: { name, version: versions[name] ?? '1.2.3', private: true, ...packageJson },
  }));
  const plan = planReleases({
    changesets: changes.map((sizes, index) => ({
      id: `change-${index}`,
      summary: 'Something.',
      releases: Object.entries(sizes).map(([name, type]) => ({ name, type })),
    })),
    packages,
    root: { dir: '/', packageJson: { name: 'workspace', version: '0.0.0' } },
    config,
    preState:
      pre === undefined
        ? undefined
        : { mode: pre, tag: 'next', initialVersions: {}, changesets: [...used] },
    snapshot: snapshot === undefined ? undefined : { tag: snapshot },
    released: () => released,
  });
  return Object.fromEntries(
    plan.releases
      .filter(({ type }) => type !== 'none')
      .map(({ name, newVersion }) => [name, newVersion])
      .sort(),
  );
}

const everything = (version: string): Versions =>
  Object.fromEntries(
    Object.keys(PACKAGES)
      .toSorted()
      .map((name) => [name, version]),
  );
const atFirst = Object.fromEntries(Object.keys(PACKAGES).map((name) => [name, '1.0.0']));

describe('a release', () => {
  test('is 1.0.0 for every package that was never released, whatever its changesets say', () => {
    const asked = { versions: atFirst, released: false };
    expect(moved([{ raremask: 'minor' }, { '@raremask/core': 'patch' }], asked)).toEqual(
      everything('1.0.0'),
    );
    const before = { ...asked, pre: 'pre' as const };
    expect(moved([{ raremask: 'minor' }], before)).toEqual(everything('1.0.0-next.0'));
  });

  test('stays 1.0.0 after its prereleases', () => {
    const versions = everything('1.0.0-next.1');
    expect(moved([{ raremask: 'minor' }], { versions, pre: 'exit' })).toEqual(everything('1.0.0'));
  });

  test('refuses a package whose first version is none', () => {
    const versions = { ...atFirst, raremask: '0.1.0' };
    expect(() => moved([{ raremask: 'minor' }], { versions, released: false })).toThrow(
      /raremask was never released .* 0\.1\.0\. Expected: .* Do this: /,
    );
  });

  test('moves what has changed, and nothing else', () => {
    expect(moved([{ '@raremask/core': 'patch' }, { '@raremask/loss-dice': 'minor' }])).toEqual({
      '@raremask/core': '1.2.4',
      '@raremask/loss-dice': '1.3.0',
    });
    expect(moved([{ '@raremask/core': 'minor' }])).toEqual({ '@raremask/core': '1.3.0' });
  });

  test('is a major of all that depend on core where the contracts break', () => {
    expect(moved([{ '@raremask/core': 'major' }])).toEqual({
      '@raremask/core': '2.0.0',
      '@raremask/loss-dice': '2.0.0',
      '@raremask/metrics': '2.0.0',
      // It reads no contracts: it moves because metrics leaves its range.
      '@raremask/report': '1.2.4',
      '@raremask/unet': '2.0.0',
      raremask: '2.0.0',
    });
  });

  test('is a patch of those who depend on another package that breaks', () => {
    expect(moved([{ '@raremask/metrics': 'major' }])).toEqual({
      '@raremask/metrics': '2.0.0',
      '@raremask/report': '1.2.4',
      raremask: '1.2.4',
    });
  });
});

describe('a prerelease', () => {
  test('of a minor of core makes no plugin a major', () => {
    expect(moved([{ '@raremask/core': 'minor' }], { pre: 'pre' })).toEqual({
      '@raremask/core': '1.3.0-next.0',
      '@raremask/loss-dice': '1.2.4-next.0',
      '@raremask/metrics': '1.2.4-next.0',
      '@raremask/report': '1.2.4-next.0',
      '@raremask/unet': '1.2.4-next.0',
      raremask: '1.2.4-next.0',
    });
  });

  test('goes on with the next number, and ends at the version that it promised', () => {
    const versions = {
      '@raremask/core': '1.3.0-next.0',
      '@raremask/loss-dice': '1.2.4-next.0',
      '@raremask/metrics': '1.2.4-next.0',
      '@raremask/report': '1.2.4-next.0',
      '@raremask/unet': '1.2.4-next.0',
      raremask: '1.2.4-next.0',
    };
    const changes = [
      { '@raremask/core': 'minor' },
      { '@raremask/core': 'patch' },
    ] as const satisfies readonly Sizes[];
    const second = moved(changes, { versions, pre: 'pre', used: ['change-0'] });
    // The others take it by their range, ^1.3.0-next.0.
    expect(second).toEqual({ '@raremask/core': '1.3.0-next.1' });
    const end = moved(changes, { versions: { ...versions, ...second }, pre: 'exit' });
    expect(end['@raremask/core']).toBe('1.3.0');
    expect(end['@raremask/unet']).toBe('1.2.4');
    expect(end['@raremask/phantom']).toBeUndefined();
  });
});

test('a snapshot moves all that must move together, above what was released', () => {
  const versions = moved([{ '@raremask/core': 'minor' }], { snapshot: 'canary' });
  expect(Object.keys(versions)).toEqual(
    Object.keys(everything('')).filter((name) => name !== '@raremask/phantom'),
  );
  expect(versions['@raremask/core']).toMatch(/^1\.3\.0-canary-\d{14}$/);
  expect(versions['@raremask/unet']).toMatch(/^1\.2\.4-canary-\d{14}$/);
});

test('packages of whose version no changelog speaks are found before they are packed', () => {
  const parent = mkdtempSync(join(tmpdir(), 'raremask-changelogs-'));
  const packages = [
    ['new', undefined],
    ['old', '# old\n\n## 1.0.0\n'],
    ['released', '# released\n\n## 1.1.0\n\n## 1.0.0\n'],
  ].map(([name, changelog]) => {
    const dir = join(parent, name!);
    mkdirSync(dir);
    if (changelog !== undefined) writeFileSync(join(dir, 'CHANGELOG.md'), changelog);
    return { dir, manifest: { name: name!, version: '1.1.0' } };
  });
  expect(withoutChangelog(packages)).toEqual(['new', 'old']);
  rmSync(parent, { recursive: true });
});
