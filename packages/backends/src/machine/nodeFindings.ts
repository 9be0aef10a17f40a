import { dirname, join } from 'node:path';
import type { Finding } from './finding.ts';
import type { Machine } from './machine.ts';
import { commandOf, PNP, packageManagerOf, upwards } from './packageManager.ts';

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

/** Which package manager made a folder, what of it is broken, and whose install scripts it has not run. */
export function packageManagerFinding(machine: Machine, folder: string): Finding {
  const name = 'package manager';
  const manager = commandOf(packageManagerOf(machine, folder));
  const version = machine.run(manager, ['--version'])?.trim();
  const called = version ? `${manager} ${version}` : `${manager}, which is not in PATH`;
  const fault = folderFault(machine, folder) ?? blockedScript(machine, folder);
  if (fault === undefined) return { name, state: 'ok', detail: called };
  return { name, state: 'broken', detail: `${called}; ${fault.detail}`, remedy: fault.remedy };
}

type Fault = Required<Pick<Finding, 'detail' | 'remedy'>>;

/** What no package manager could work with, in a folder or above it. */
function folderFault(machine: Machine, folder: string): Fault | undefined {
  const places = upwards(folder);
  const links = places
    .map((place) => join(place, 'node_modules'))
    .filter((path) => {
      const isThere = machine.list(dirname(path)).includes('node_modules');
      return isThere && !machine.exists(path);
    });
  if (links[0] !== undefined) {
    const detail = `${links[0]} is a link to what is not there`;
    return { detail, remedy: `rm ${links[0]}, then npm install` };
  }
  const zipped = places.map((place) => join(place, '.pnp.cjs')).find(machine.exists);
  if (zipped !== undefined) return { detail: `${zipped}: ${PNP.detail}`, remedy: PNP.remedy };
  const file = places.map((place) => join(place, 'package.json')).find(machine.exists);
  const text = file && machine.read(file);
  if (text === undefined) return undefined;
  try {
    JSON.parse(text.replace(/^\uFEFF/, ''));
    return undefined;
  } catch (error) {
    const detail = `${file} is no JSON: ${(error as Error).message.replace(/\s+/g, ' ')}`;
    return { detail, remedy: 'mend the file' };
  }
}

function blockedScript(machine: Machine, folder: string): Fault | undefined {
  const blocked = SCRIPTED.filter((one) => {
    const home = join(folder, 'node_modules', one.name);
    return machine.exists(join(home, 'package.json')) && !machine.exists(join(home, one.file));
  });
  if (blocked.length === 0) return undefined;
  const names = blocked.map((one) => one.name).join(' ');
  return {
    detail: `the install script of ${names} has not run, or has failed: ${blocked[0]!.file} is missing`,
    remedy: `raremask backend install tensorflow, or remove ${names}`,
  };
}
