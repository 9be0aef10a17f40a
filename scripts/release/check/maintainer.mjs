// Whoever releases: changes, versions and publishes in a copy of the workspace, as docs/releasing.md says.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { publishedPackages } from '../workspace.mjs';
import { commit } from './copy.mjs';
import { program } from './program.mjs';

let changes = 0;

export function maintainer(copy, registry) {
  const script = (name, env, ...parameters) =>
    program(copy, env, process.execPath, join('scripts', 'release', name), ...parameters);
  const versions = () =>
    Object.fromEntries(
      publishedPackages(copy).map(({ manifest: { name, version } }) => [name, version]),
    );
  return {
    versions,
    script,
    /** Writes a changeset, as `npx changeset` does. */
    change(sizes, text) {
      changes++;
      const lines = Object.entries(sizes).map(([name, size]) => `"${name}": ${size}`);
      writeFileSync(
        join(copy, '.changeset', `check-${changes}.md`),
        `---\n${lines.join('\n')}\n---\n\n${text}\n`,
      );
      commit(copy, text);
    },
    changeset: (...parameters) =>
      program(copy, {}, process.execPath, 'node_modules/@changesets/cli/bin.js', ...parameters),
    /** @returns old and new version of each package that has moved */
    async version(...parameters) {
      const before = versions();
      await script('version.mjs', {}, ...parameters);
      // What `npm run build` does after it: the templates name the new versions.
      await program(copy, {}, process.execPath, 'packages/create-raremask-plugin/collect.mjs');
      commit(copy, 'versions');
      return Object.fromEntries(
        Object.entries(versions())
          .filter(([name, version]) => version !== before[name])
          .map(([name, version]) => [name, [before[name], version]]),
      );
    },
    /** @param named how the registry is named: in either case of the variable, or in a file */
    publish(named = registry) {
      return script('publish.mjs', named, '--no-build', '--no-git-tag');
    },
    changelog: (folder) => readFileSync(join(copy, 'packages', folder, 'CHANGELOG.md'), 'utf8'),
    commit: (text) => commit(copy, text),
  };
}
