import { dirname, join } from 'node:path';
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
 * Where the system's loader finds a library: LD_LIBRARY_PATH, its cache, the standard folders.
 *
 * @param name a file name, such as libcudnn.so.9
 */
export function libraryFile(machine: Machine, name: string): string | undefined {
  const folders = (machine.env['LD_LIBRARY_PATH'] ?? '').split(':').filter(Boolean);
  const there = (folder: string) => machine.exists(join(folder, name));
  const near = folders.find(there);
  if (near !== undefined) return join(near, name);
  const cached = (machine.run('ldconfig', ['-p']) ?? machine.run('/sbin/ldconfig', ['-p']) ?? '')
    .split('\n')
    .map((line) => /^\s*(\S+) \(.*\) => (.+)$/.exec(line))
    .find((match) => match?.[1] === name && machine.exists(match[2]!));
  if (cached) return cached[2]!;
  const folder = STANDARD.find(there);
  return folder && join(folder, name);
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
    .find((path) => machine.exists(path));
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
