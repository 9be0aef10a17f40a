import { dirname, join } from 'node:path';
import type { Finding } from './finding.ts';
import { libraryFile } from './libraries.ts';
import type { Machine } from './machine.ts';

/** Where the loader looks for the drivers' manifests, after the variables of the environment. */
const FOLDERS = ['/etc/vulkan/icd.d', '/usr/local/share/vulkan/icd.d', '/usr/share/vulkan/icd.d'];

/** What WebGPU needs on Linux: the loader, and a driver's manifest whose library is there. */
export function vulkanFindings(machine: Machine): readonly Finding[] {
  if (machine.platform === 'darwin') {
    return [{ name: 'graphics', state: 'ok', detail: 'Metal, which macOS brings' }];
  }
  if (machine.platform === 'win32') {
    return [{ name: 'graphics', state: 'ok', detail: 'Direct3D 12, which Windows brings' }];
  }
  const loader = libraryFile(machine, 'libvulkan.so.1');
  return [
    loader === undefined
      ? {
          name: 'Vulkan loader',
          state: 'absent',
          detail: 'libvulkan.so.1 is missing: webgpu finds no GPU without it',
          remedy: 'apt-get install libvulkan1 (Debian, Ubuntu), dnf install vulkan-loader (Fedora)',
        }
      : { name: 'Vulkan loader', state: 'ok', detail: loader },
    driversFinding(machine),
  ];
}

function driversFinding(machine: Machine): Finding {
  const name = 'Vulkan drivers';
  const { VK_DRIVER_FILES: files, VK_ICD_FILENAMES: older } = machine.env;
  const variable = files ? 'VK_DRIVER_FILES' : 'VK_ICD_FILENAMES';
  const forced = files || older;
  const manifests = forced
    ? forced.split(':').filter(Boolean)
    : FOLDERS.flatMap((folder) =>
        machine
          .list(folder)
          .filter((entry) => entry.endsWith('.json'))
          .map((entry) => join(folder, entry)),
      );
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
      : "install the GPU's driver again: its manifest is there, its library is not";
    return { name, state: 'broken', detail: faults.join('; '), remedy };
  }
  return {
    name,
    state: 'absent',
    detail: `no manifest of a driver in ${FOLDERS.join(', ')}`,
    remedy:
      "install the GPU's driver: NVIDIA's own (libGLX_nvidia.so.0 with its manifest), or apt-get install mesa-vulkan-drivers for AMD and Intel",
  };
}

function faultIn(machine: Machine, path: string): string | undefined {
  const text = machine.read(path);
  if (text === undefined) return machine.exists(path) ? 'cannot be read' : 'is missing';
  let library: unknown;
  try {
    library = (JSON.parse(text) as { ICD?: { library_path?: unknown } }).ICD?.library_path;
  } catch {
    return 'is no JSON';
  }
  if (typeof library !== 'string') return 'names no library';
  // A path is taken from the manifest's folder; a bare name is searched as any library is.
  const file = library.includes('/')
    ? [library.startsWith('/') ? library : join(dirname(path), library)].find(machine.exists)
    : libraryFile(machine, library);
  return file === undefined ? `${library} is missing` : undefined;
}
