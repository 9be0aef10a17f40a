// Which package becomes which version. The arithmetic is that of changesets, which is asked with a few things told
// to it differently than the package.json files do: see `planReleases`.
import assemble from '@changesets/assemble-release-plan';

/** The package whose major version is the contracts' own: who depends on it promises them too. */
const CONTRACTS = '@raremask/core';

// Both come as CommonJS, whose default export may be wrapped once more.
const assembleReleasePlan = assemble.default ?? assemble;

/**
 * The releases that follow from the changesets that wait.
 *
 * - A package that has no changelog yet has never been released: it becomes the version that stands in its
 *   package.json (1.0.0), whatever its changesets say.
 * - A peer counts as a dependency. Changesets would make every plugin a major where core leaves the range of
 *   its peers, and every prerelease and snapshot of core does. They become a patch, and move with it.
 * - A snapshot moves all that depend on what has changed: no range but their own new one takes it.
 * - A major of core is a major of every package that depends on it: the command line, the engine, the plugins.
 *
 * @param packages `{ dir, packageJson }` of each package that is published
 * @param released whether a package, by its name, has a changelog
 */
export function planReleases({ changesets, packages, root, config, preState, snapshot, released }) {
  const told = packages.map(({ dir, packageJson }) => ({
    dir,
    packageJson: {
      ...withPeersAsDependencies(packageJson),
      version: released(packageJson.name) ? packageJson.version : beforeFirst(packageJson),
    },
  }));
  return assembleReleasePlan(
    [...changesets, ...firstReleases(changesets, told, released)].map((changeset) =>
      withWhatFollows(changeset, told, released),
    ),
    { root, packages: told, tool: 'pnpm' },
    snapshot === undefined ? config : withAllDependents(config),
    preState,
    snapshot,
  );
}

/** A changeset for the packages that were never released and that no other one names. */
function firstReleases(changesets, packages, released) {
  const named = new Set(changesets.flatMap(({ releases }) => releases.map(({ name }) => name)));
  const releases = packages
    .map(({ packageJson: { name } }) => ({ name, type: 'major' }))
    .filter(({ name }) => !released(name) && !named.has(name));
  return releases.length === 0 ? [] : [{ id: 'first', summary: 'First release.', releases }];
}

function withAllDependents(config) {
  const key = '___experimentalUnsafeOptions_WILL_CHANGE_IN_PATCH';
  return { ...config, [key]: { ...config[key], updateInternalDependents: 'always' } };
}

function withPeersAsDependencies({
  peerDependencies = {},
  dependencies = {},
  devDependencies: _,
  ...rest
}) {
  return { ...rest, dependencies: { ...peerDependencies, ...dependencies } };
}

/** The version from which a major step leads to the first one. */
function beforeFirst({ name, version }) {
  const first = /^([1-9]\d*)\.0\.0$/.exec(version);
  if (first === null) {
    throw new Error(
      `${name} was never released (it has no CHANGELOG.md) and has the version ${version}. Expected: a first version such as 1.0.0. Do this: write it into its package.json.`,
    );
  }
  return `${Number(first[1]) - 1}.0.0`;
}

function withWhatFollows(changeset, packages, released) {
  const releases = changeset.releases.map((release) =>
    released(release.name) ? release : { ...release, type: 'major' },
  );
  const breaks = changeset.releases.some(
    ({ name, type }) => name === CONTRACTS && type === 'major' && released(name),
  );
  if (!breaks) return { ...changeset, releases };
  const promising = packages
    .filter(({ packageJson }) => packageJson.dependencies[CONTRACTS] !== undefined)
    .map(({ packageJson: { name } }) => ({ name, type: 'major' }));
  const others = releases.filter(
    ({ name }) => !promising.some((package_) => package_.name === name),
  );
  return { ...changeset, releases: [...others, ...promising] };
}
