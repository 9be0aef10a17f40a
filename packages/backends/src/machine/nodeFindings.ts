import { join } from 'node:path';
import type { Finding } from './finding.ts';
import type { Machine } from './machine.ts';

/** The least Node, and the lines on which every release is tried. */
const LEAST = [20, 19] as const;
const TRIED = [20, 22, 24];

export function nodeFinding({ node, platform, arch }: Machine): Finding {
  const [major, minor] = node.replace(/^v/, '').split('.').map(Number) as [number, number];
  const detail = `${node}, ${platform} ${arch}`;
  const old = major < LEAST[0] || (major === LEAST[0] && minor < LEAST[1]);
  if (old) {
    const remedy = `install Node ${TRIED.at(-1)} (nodejs.org, or nvm install ${TRIED.at(-1)})`;
    const name = 'node';
    return { name, state: 'broken', detail: `${detail}, older than ${LEAST.join('.')}`, remedy };
  }
  const tried = TRIED.includes(major)
    ? ''
    : `, on which raremask is not tried (${TRIED.join(', ')})`;
  return { name: 'node', state: 'ok', detail: `${detail}${tried}` };
}

/** Native packages whose own install script fetches what they need, and what it leaves. */
const SCRIPTED = [
  { name: '@tensorflow/tfjs-node', file: 'lib/napi-v8/tfjs_binding.node' },
  { name: '@tensorflow/tfjs-node-gpu', file: 'lib/napi-v8/tfjs_binding.node' },
] as const;

const LOCKS = [
  ['pnpm-lock.yaml', 'pnpm'],
  ['yarn.lock', 'yarn'],
  ['bun.lock', 'bun'],
  ['package-lock.json', 'npm'],
] as const;

/** Which package manager made a folder. */
export function packageManagerOf(machine: Machine, folder: string): string {
  const lock = LOCKS.find(([file]) => machine.exists(join(folder, file)));
  return lock?.[1] ?? machine.env['npm_config_user_agent']?.split('/')[0] ?? 'npm';
}

/** Which package manager made a folder, and whose install scripts it has not run. */
export function packageManagerFinding(machine: Machine, folder: string): Finding {
  const name = 'package manager';
  const manager = packageManagerOf(machine, folder);
  const version = machine.run(manager, ['--version'])?.trim();
  const called = version ? `${manager} ${version}` : `${manager}, which is not in PATH`;
  const blocked = SCRIPTED.filter((one) => {
    const home = join(folder, 'node_modules', one.name);
    return machine.exists(join(home, 'package.json')) && !machine.exists(join(home, one.file));
  });
  if (blocked.length > 0) {
    const names = blocked.map((one) => one.name).join(' ');
    return {
      name,
      state: 'broken',
      detail: `${called}; the install script of ${names} has not run, or has failed: ${blocked[0]!.file} is missing`,
      remedy: `raremask backend install tensorflow, or remove ${names}`,
    };
  }
  return { name, state: 'ok', detail: called };
}
