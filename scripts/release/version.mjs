// Turns the changesets that wait into changelogs and versions: npm run release:version [-- --snapshot NAME] [--dry-run]
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import apply from '@changesets/apply-release-plan';
import { read as readConfig } from '@changesets/config';
import { readPreState } from '@changesets/pre';
import readChangesets from '@changesets/read';
import { planReleases } from './plan.mjs';
import { complaint, tooSmall } from './surface/sizes.mjs';
import { publishedPackages, root } from './workspace.mjs';

const applyReleasePlan = apply.default ?? apply;
const getChangesets = readChangesets.default ?? readChangesets;

const { values } = parseArgs({
  options: { snapshot: { type: 'string' }, 'dry-run': { type: 'boolean' } },
});
const packages = publishedPackages().map(({ dir, manifest }) => ({ dir, packageJson: manifest }));
const rootPackage = {
  dir: root,
  packageJson: JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')),
};
const workspace = { root: rootPackage, packages, tool: 'pnpm' };
const config = await readConfig(root, workspace);
const preState = await readPreState(root);
const snapshot = values.snapshot === undefined ? undefined : { tag: values.snapshot };
if (snapshot !== undefined && preState !== undefined) {
  console.error('There is no snapshot in prerelease mode. Do this first: npx changeset pre exit.');
  process.exit(2);
}
if (snapshot !== undefined && !/^[a-z]+$/.test(snapshot.tag)) {
  console.error('The name of a snapshot is a word of small letters, for example canary.');
  process.exit(2);
}

const small = snapshot === undefined ? await tooSmall() : [];
if (small.length > 0) {
  console.error(small.map((one) => `error ${complaint(one)}`).join('\n'));
  process.exit(2);
}

const folders = new Map(packages.map(({ dir, packageJson }) => [packageJson.name, dir]));
const released = (name) => existsSync(join(folders.get(name), 'CHANGELOG.md'));
const plan = planReleases({
  changesets: await getChangesets(root),
  packages,
  root: rootPackage,
  config,
  preState,
  snapshot,
  released,
});
const moved = plan.releases.filter(({ type }) => type !== 'none');
for (const { name, newVersion, type } of moved) {
  const { version } = packages.find(({ packageJson }) => packageJson.name === name).packageJson;
  const isFirst = !released(name) && preState === undefined && snapshot === undefined;
  console.log(
    `${name} ${isFirst ? '' : `${version} -> `}${newVersion} (${isFirst ? 'first release' : type})`,
  );
}
if (moved.length === 0) console.log('no changeset waits: nothing is released');
else if (!values['dry-run']) {
  await applyReleasePlan(plan, workspace, config, snapshot?.tag, import.meta.dirname);
  console.log(`${moved.length} packages have new versions and changelogs; look at git diff`);
}
