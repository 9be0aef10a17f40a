import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { type NativeName, NPM_VERSION, nativePackages } from '@raremask/backends';
import {
  commandOf,
  type PackageManager,
  packageManagerOf,
  thisMachine,
} from '@raremask/backends/machine';
import type { Console } from '../console.ts';
import { packageNotAdded } from '../errors.ts';

/** How package managers add a package without running its script, and take it away. */
const MANAGERS: Readonly<
  Record<PackageManager, { readonly add: readonly string[]; readonly remove: readonly string[] }>
> = {
  npm: {
    add: ['install', '--ignore-scripts', '--no-audit', '--no-fund'],
    remove: ['uninstall', '--ignore-scripts'],
  },
  pnpm: { add: ['add', '--ignore-scripts'], remove: ['remove', '--ignore-scripts'] },
  yarn: { add: ['add', '--mode=skip-build'], remove: ['remove', '--mode=skip-build'] },
  'yarn-1': {
    add: ['add', '--ignore-scripts', '--non-interactive'],
    remove: ['remove', '--ignore-scripts', '--non-interactive'],
  },
  bun: { add: ['add', '--ignore-scripts'], remove: ['remove'] },
};

/** Minutes that the package's own script may take: it fetches some hundred megabytes, or waits for a host that is closed. */
const PATIENCE = 10;

/** From this compute capability on the libraries that tfjs-node-gpu's script fetches (CUDA 11.2) have no code for a GPU. */
const TOO_NEW = 8.9;

function managed(verb: 'add' | 'remove', name: NativeName, folder: string): string | undefined {
  const manager = packageManagerOf(thisMachine(), folder);
  const words = MANAGERS[manager][verb];
  const command = commandOf(manager);
  const what = verb === 'add' ? `${nativePackages[name]}@${NPM_VERSION}` : nativePackages[name];
  const { status, stderr, error } = spawnSync(command, [...words, what], {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  if (status === 0) return undefined;
  const said = error?.message ?? stderr.split('\n').find((line) => /err/i.test(line));
  return `${[command, ...words, what].join(' ')}: ${said ?? `it ended with ${status}`}`;
}

/** Adds the package of a backend to a folder's package.json. @throws RaremaskError where its manager cannot */
export function addPackage(name: NativeName, folder: string, console: Console): void {
  console.note('info', `Adding ${nativePackages[name]} ${NPM_VERSION} to ${folder}`);
  const failure = managed('add', name, folder);
  if (failure !== undefined) throw packageNotAdded(nativePackages[name], folder, failure);
}

export function removePackage(name: NativeName, folder: string, console: Console): void {
  const failure = managed('remove', name, folder);
  if (failure !== undefined) console.note('warn', `it is not taken away again: ${failure}`);
}

/**
 * What the package's install script does, which package managers do not run of themselves.
 *
 * @param home the package's folder
 * @throws Error where the script fails, or what it fetches is too old for the GPU
 */
export function ownWay(name: NativeName, home: string, console: Console): void {
  const capability = name === 'tensorflow-gpu' ? computeCapability() : undefined;
  if (capability !== undefined && capability >= TOO_NEW) {
    throw new Error(
      `what it fetches, libtensorflow 2.9.1 for CUDA 11.2, is older than this GPU (compute capability ${capability})`,
    );
  }
  console.note(
    'info',
    `Trying the install script of ${nativePackages[name]}, ${PATIENCE} minutes at most`,
  );
  const { status, error, signal } = spawnSync(
    process.execPath,
    ['scripts/install.js', ...(name === 'tensorflow-gpu' ? ['gpu'] : [])],
    {
      cwd: home,
      stdio: 'ignore',
      timeout: PATIENCE * 60_000,
      killSignal: 'SIGKILL',
      env: { ...process.env, PATH: [...commandsOf(home), process.env['PATH']].join(delimiter) },
    },
  );
  const addon = join(home, 'lib', 'napi-v8', 'tfjs_binding.node');
  if (status === 0 && existsSync(addon)) return;
  const why = signal === null ? `ended with ${status}` : `was stopped after ${PATIENCE} minutes`;
  throw new Error(error && signal === null ? error.message : `it ${why}, and left no addon`);
}

/** Folders with the commands of a package's dependencies: a package manager would have them in PATH. */
function commandsOf(home: string): string[] {
  const folders: string[] = [];
  for (let at = home; dirname(at) !== at; at = dirname(at)) {
    folders.push(join(at, 'node_modules', '.bin'));
  }
  return folders;
}

function computeCapability(): number | undefined {
  const said = thisMachine().run('nvidia-smi', [
    '--query-gpu=compute_cap',
    '--format=csv,noheader',
  ]);
  const found = Number(said?.split('\n')[0]);
  return Number.isFinite(found) && found > 0 ? found : undefined;
}
