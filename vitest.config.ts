import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

const root = import.meta.dirname;
/** The packages of a folder. */
const packagesIn = (folder: string) =>
  readdirSync(join(root, folder))
    .map((name) => `${folder}/${name}`)
    .filter((path) => existsSync(join(root, path, 'package.json')));
const folders = ['test', ...packagesIn('packages'), ...packagesIn('templates')];

/** The name that --project takes: the package's own. */
function nameOf(folder: string): string {
  return JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')).name;
}

/**
 * Projects whose files each get a process of their own: they start processes, or keep something in a
 * module. The files of the others share one, and load the libraries once.
 */
const APART = ['@raremask/test'];

/** Projects whose tests run several processes, each of some seconds on a machine that others use. */
const SLOW = ['raremask'];

export default defineConfig({
  test: {
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // One more than the cores that the suite is timed on: tests of the command line mostly wait for what they start.
    maxWorkers: 3,
    // Built packages are loaded as a user's Node loads them, not transformed once more.
    server: { deps: { external: [/\/packages\/[^/]+\/dist\//] } },
    // Written out because a folder's name alone would not inherit the time limits above.
    projects: folders.map((folder) => ({
      extends: true,
      root: join(root, folder),
      test: {
        name: nameOf(folder),
        ...(process.env.RAREMASK_TEST_TENSORFLOW && {
          setupFiles: [join(root, 'test', 'onTensorflow.ts')],
        }),
        isolate: APART.includes(nameOf(folder)),
        ...(SLOW.includes(nameOf(folder)) && { testTimeout: 120_000 }),
      },
    })),
  },
});
