import { dirname, join } from 'node:path';
import { libraryFault, OTHER_PROCESSOR } from './elf.ts';
import type { Machine } from './machine.ts';

/** Folders in which Linux finds libraries when no cache names them. */
const STANDARD = [
  '/lib/x86_64-linux-gnu',
  '/usr/lib/x86_64-linux-gnu',
  '/lib/aarch64-linux-gnu',
  '/usr/lib/aarch64-linux-gnu',
  '/lib64',
  '/usr/lib64',
  '/lib',
  '/usr/lib',
  '/usr/local/lib',
];

/**
 * Where the system's loader finds a library: LD_LIBRARY_PATH, its cache, the standard folders. It passes over those
 * for other processors, and stumbles over whatever else is wrong with the first.
 *
 * @param name a file name, such as libcudnn.so.9
 */
export function libraryFile(machine: Machine, name: string): string | undefined {
  let passedOver: string | undefined;
  for (const path of placesOf(machine, name)) {
    if (!machine.exists(path)) continue;
    if (libraryFault(machine, path) !== OTHER_PROCESSOR) return path;
    passedOver ??= path;
  }
  return passedOver;
}

function* placesOf(machine: Machine, name: string): Generator<string> {
  for (const folder of searchedFirst(machine)) yield join(folder, name);
  const cache = machine.run('ldconfig', ['-p']) ?? machine.run('/sbin/ldconfig', ['-p']) ?? '';
  for (const line of cache.split('\n')) {
    const [, cached, path] = /^\s*(\S+) \(.*\) => (.+)$/.exec(line) ?? [];
    if (cached === name) yield path!;
  }
  for (const folder of STANDARD) yield join(folder, name);
}

function searchedFirst(machine: Machine): readonly string[] {
  return (machine.env['LD_LIBRARY_PATH'] ?? '').split(':').filter(Boolean);
}

/** What makes the loader find another file of that name, where this one comes of LD_LIBRARY_PATH. */
export function otherPlace(machine: Machine, path: string): string | undefined {
  const folder = dirname(path);
  const isSearchedFirst = searchedFirst(machine).some((one) => join(one) === folder);
  return isSearchedFirst ? `take ${folder} out of LD_LIBRARY_PATH` : undefined;
}

/**
 * A library in a folder that the loader does not search, for a remedy that names it: CUDA's own folders.
 *
 * @param beside another folder that may have it
 */
export function elsewhere(machine: Machine, name: string, beside: string): string | undefined {
  const roots = machine
    .list('/usr/local')
    .filter((entry) => /^cuda/.test(entry))
    .flatMap((entry) => [
      `/usr/local/${entry}/lib64`,
      `/usr/local/${entry}/targets/x86_64-linux/lib`,
    ]);
  const home = machine.env['CUDA_HOME'] ?? machine.env['CUDA_PATH'];
  return [beside, join(beside, 'cuda'), ...(home ? [join(home, 'lib64')] : []), ...roots]
    .map((folder) => join(folder, name))
    .find((path) => machine.exists(path) && libraryFault(machine, path) === undefined);
}

/** Where a command's file is, by PATH. */
export function commandFile(machine: Machine, name: string): string | undefined {
  return (machine.env['PATH'] ?? '')
    .split(':')
    .filter(Boolean)
    .map((folder) => join(folder, name))
    .find(machine.exists);
}

/** The whole version in the name of the file that a library's link points to, such as 9.8.0. */
export function versionInFolder(machine: Machine, path: string): string | undefined {
  const name = path.slice(dirname(path).length + 1);
  const stem = name.replace(/(\.so)\..*$/, '$1');
  return machine
    .list(dirname(path))
    .map((entry) => (entry.startsWith(`${stem}.`) ? entry.slice(stem.length + 1) : ''))
    .filter((version) => /^\d+(\.\d+)+$/.test(version))
    .sort((a, b) => b.length - a.length)[0];
}
