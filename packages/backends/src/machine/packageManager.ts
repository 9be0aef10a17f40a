import { dirname, join } from 'node:path';
import type { Machine } from './machine.ts';

const LOCKS = [
  ['pnpm-lock.yaml', 'pnpm'],
  ['yarn.lock', 'yarn'],
  ['bun.lock', 'bun'],
  ['bun.lockb', 'bun'],
  ['package-lock.json', 'npm'],
] as const;

/** A program that installs packages; `yarn-1` differs in what it understands. */
export type PackageManager = 'npm' | 'pnpm' | 'yarn' | 'yarn-1' | 'bun';

/** Which package manager made a folder: by the nearest lockfile, which in a workspace lies further up. */
export function packageManagerOf(machine: Machine, folder: string): PackageManager {
  for (const place of upwards(folder)) {
    // Further up a lockfile by itself is somebody's slip.
    const isRoot = place === folder || machine.exists(join(place, 'package.json'));
    const lock = isRoot && LOCKS.find(([file]) => machine.exists(join(place, file)));
    if (!lock) continue;
    const [file, manager] = lock;
    return manager === 'yarn' ? yarnOf(machine.read(join(place, file))) : manager;
  }
  const [, called, version] =
    /^(\w+)\/(\d+)/.exec(machine.env['npm_config_user_agent'] ?? '') ?? [];
  if (called === 'yarn') return version === '1' ? 'yarn-1' : 'yarn';
  return called === 'pnpm' || called === 'bun' ? called : 'npm';
}

function yarnOf(lock: string | undefined): PackageManager {
  return lock?.includes('# yarn lockfile v1') ? 'yarn-1' : 'yarn';
}

/** A folder and all above it. */
export function upwards(folder: string): string[] {
  const parent = dirname(folder);
  return parent === folder ? [folder] : [folder, ...upwards(parent)];
}

/** The command of a package manager. */
export function commandOf(manager: PackageManager): string {
  return manager === 'yarn-1' ? 'yarn' : manager;
}

/** Plugins are looked for in folders. */
export const PNP = {
  detail: "packages lie in archives (Plug'n'Play), and raremask looks for plugins in node_modules",
  remedy:
    'write nodeLinker: node-modules into .yarnrc.yml (of pnpm: take node-linker=pnp away), then install again',
};

/** The same in the words of each package manager, which npm's stand for in messages. */
const WORDS: Readonly<
  Record<PackageManager, Readonly<Record<'add' | 'install' | 'plainly' | 'dedupe', string>>>
> = {
  npm: {
    add: 'npm install',
    install: 'npm install',
    plainly: 'npm install --ignore-scripts',
    dedupe: 'npm dedupe',
  },
  pnpm: {
    add: 'pnpm add',
    install: 'pnpm install',
    plainly: 'pnpm install --ignore-scripts',
    dedupe: 'pnpm dedupe',
  },
  yarn: {
    add: 'yarn add',
    install: 'yarn install',
    plainly: 'yarn install --mode=skip-build',
    dedupe: 'yarn dedupe',
  },
  'yarn-1': {
    add: 'yarn add',
    install: 'yarn install',
    // Without the last word it believes that all is there.
    plainly: 'yarn install --ignore-scripts --check-files',
    dedupe: 'npx yarn-deduplicate, then yarn install',
  },
  bun: {
    add: 'bun add',
    install: 'bun install',
    plainly: 'bun install --ignore-scripts',
    dedupe: 'delete bun.lock, then bun install',
  },
};

/** A message with npm's commands in the words of another package manager. */
export function inWordsOf(manager: PackageManager, text: string): string {
  const { add, install, plainly, dedupe } = WORDS[manager];
  return text
    .replaceAll('npm dedupe', dedupe)
    .replaceAll('npm install --ignore-scripts', plainly)
    .replaceAll(/\bnpm install(?= [@\w])/g, add)
    .replaceAll(/\bnpm install\b/g, install);
}
