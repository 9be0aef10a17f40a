import { dirname, join } from 'node:path';
import { libraryFault } from './elf.ts';
import type { Finding } from './finding.ts';
import { libraryFile, otherPlace } from './libraries.ts';
import type { Machine } from './machine.ts';

/** Where the loader looks for the drivers' manifests of all users, after the variables of the environment. */
const FOLDERS = ['/etc/vulkan/icd.d', '/usr/local/share/vulkan/icd.d', '/usr/share/vulkan/icd.d'];

/** Those of this user alone come first. */
function foldersOf({ env }: Machine): readonly string[] {
  const home = env['HOME'];
  const data = env['XDG_DATA_HOME'] || (home && join(home, '.local', 'share'));
  return [...(data ? [join(data, 'vulkan', 'icd.d')] : []), ...FOLDERS];
}

/** What WebGPU needs on Linux: the loader, and a driver's manifest whose library is there. */
export function vulkanFindings(machine: Machine): readonly Finding[] {
  if (machine.platform === 'darwin') {
    return [{ name: 'graphics', state: 'ok', detail: 'Metal, which macOS brings' }];
  }
  if (machine.platform === 'win32') {
    return [{ name: 'graphics', state: 'ok', detail: 'Direct3D 12, which Windows brings' }];
  }
  return [loaderFinding(machine), driversFinding(machine)];
}

function loaderFinding(machine: Machine): Finding {
  const name = 'Vulkan loader';
  const loader = libraryFile(machine, 'libvulkan.so.1');
  if (loader === undefined) {
    return {
      name,
      state: 'absent',
      detail: 'libvulkan.so.1 is missing: webgpu finds no GPU without it',
      remedy: 'apt-get install libvulkan1 (Debian, Ubuntu), dnf install vulkan-loader (Fedora)',
    };
  }
  const fault = libraryFault(machine, loader);
  if (fault === undefined) return { name, state: 'ok', detail: loader };
  const again =
    'apt-get install --reinstall libvulkan1 (Debian, Ubuntu), dnf reinstall vulkan-loader (Fedora)';
  return {
    name,
    state: 'broken',
    detail: `${loader} ${fault}: webgpu finds no GPU without it`,
    remedy: otherPlace(machine, loader) ?? again,
  };
}

function driversFinding(machine: Machine): Finding {
  const name = 'Vulkan drivers';
  const { VK_DRIVER_FILES: files, VK_ICD_FILENAMES: older } = machine.env;
  const variable = files ? 'VK_DRIVER_FILES' : 'VK_ICD_FILENAMES';
  const forced = files || older;
  const manifestsIn = (folder: string) =>
    machine
      .list(folder)
      .filter((entry) => entry.endsWith('.json'))
      .map((entry) => join(folder, entry));
  const folders = foldersOf(machine);
  // The variables may name folders as well.
  const named = (path: string) => (machine.list(path).length > 0 ? manifestsIn(path) : [path]);
  const manifests = forced
    ? forced.split(':').filter(Boolean).flatMap(named)
    : folders.flatMap(manifestsIn);
  const looked = manifests.map((path) => ({ path, fault: faultIn(machine, path) }));
  const good = looked.filter(({ fault }) => fault === undefined);
  const faults = looked.flatMap(({ path, fault }) => (fault ? [`${path}: ${fault}`] : []));
  if (good.length > 0) {
    const also = faults.length > 0 ? `; not usable: ${faults.join('; ')}` : '';
    return { name, state: 'ok', detail: `${good.map(({ path }) => path).join(', ')}${also}` };
  }
  if (faults.length > 0) {
    const remedy = forced
      ? `unset ${variable}, or name the manifest of a driver that is installed`
      : "install the GPU's driver again: its manifest is there, a library that works is not";
    return { name, state: 'broken', detail: faults.join('; '), remedy };
  }
  return {
    name,
    state: 'absent',
    detail: `no manifest of a driver in ${folders.join(', ')}`,
    remedy:
      "install the GPU's driver: NVIDIA's own (libGLX_nvidia.so.0 with its manifest), or apt-get install mesa-vulkan-drivers for AMD and Intel",
  };
}

function faultIn(machine: Machine, path: string): string | undefined {
  const text = machine.read(path);
  if (text === undefined) return machine.exists(path) ? 'cannot be read' : 'is missing';
  let library: unknown;
  try {
    const manifest = JSON.parse(text) as { ICD?: { library_path?: unknown } } | null;
    library = manifest?.ICD?.library_path;
  } catch {
    return 'is no JSON';
  }
  if (typeof library !== 'string') return 'names no library';
  // A path is taken from the manifest's folder; a bare name is searched as any library is.
  const file = library.includes('/')
    ? [library.startsWith('/') ? library : join(dirname(path), library)].find(machine.exists)
    : libraryFile(machine, library);
  if (file === undefined) return `${library} is missing`;
  const fault = libraryFault(machine, file);
  return fault && `${file} ${fault}`;
}
