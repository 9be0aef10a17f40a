// Installs the pinned pnpm's view of the lockfile and builds every package. Needs Node and npm only.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { packageManager, engines } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** Runs a command in the workspace's root; ends the process with its status when it fails. */
export function run(command, args, env = {}) {
  const { status, error } = spawnSync(command, args, {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, ...env },
  });
  if (error) throw error;
  if (status !== 0) process.exit(status ?? 1);
}

/** Runs pnpm in its pinned version, through npx, so that nothing global is needed. */
export function pnpm(...args) {
  run('npx', ['--yes', packageManager, ...args], { TURBO_TELEMETRY_DISABLED: '1' });
}

export function setup() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    console.error(`Node ${process.versions.node} is too old: raremask needs ${engines.node}.`);
    process.exit(3);
  }
  pnpm('install', '--frozen-lockfile', '--reporter=append-only', '--loglevel=warn');
  build();
}

/** Builds every package that has changed since it was last built. */
export function build() {
  pnpm(
    'exec',
    'turbo',
    'run',
    'build',
    '--output-logs=errors-only',
    '--log-order=grouped',
    '--concurrency=100%',
  );
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) setup();
