import { join } from 'node:path';
import { neededBy } from './elf.ts';
import type { Finding } from './finding.ts';
import { gpuDevices } from './gpuDevices.ts';
import { elsewhere, libraryFile, versionInFolder } from './libraries.ts';
import type { Machine } from './machine.ts';

/** onnxruntime-node, as installed. */
export interface OnnxRuntime {
  readonly version: string;
  /** The folder of its native libraries. */
  readonly folder: string;
}

const PROVIDER = 'libonnxruntime_providers_cuda.so';
const INSTALL = 'raremask backend install cuda';

/** Opened by the CUDA provider by name while it runs, so that no table of a library lists them. */
const OPENED_LATER = ['libcudnn.so.9'];

/** The least driver of Linux by CUDA's major version (NVIDIA, CUDA Toolkit release notes, table 3). */
const DRIVERS: Readonly<Record<string, number>> = { '11': 450, '12': 525, '13': 580 };

/** NVIDIA's driver, and what the CUDA provider of onnxruntime needs. */
export function cudaFindings(
  machine: Machine,
  runtime: OnnxRuntime | undefined,
): readonly Finding[] {
  if (machine.platform !== 'linux' || machine.arch !== 'x64' || runtime === undefined) {
    const detail = 'onnxruntime-node has a CUDA provider for Linux on x64 alone';
    return [{ name: 'cuda', state: 'absent', detail }];
  }
  const driver = driverVersion(machine);
  const provider = join(runtime.folder, PROVIDER);
  const installed = machine.exists(provider);
  const needed = installed ? neededBy(machine, provider) : undefined;
  const cuda = needed?.map((name) => /^libcudart\.so\.(\d+)/.exec(name)?.[1]).find(Boolean);
  return [
    driverFinding(machine, driver, cuda),
    installed
      ? { name: 'cuda provider', state: 'ok', detail: `${provider}, for CUDA ${cuda ?? 'unknown'}` }
      : {
          name: 'cuda provider',
          state: 'absent',
          detail: `${PROVIDER} is missing in ${runtime.folder}`,
          remedy: `${INSTALL}, for onnxruntime ${runtime.version}`,
        },
    ...(installed ? [librariesFinding(machine, runtime, needed)] : []),
  ];
}

function driverVersion(machine: Machine): string | undefined {
  const file = machine.read('/proc/driver/nvidia/version');
  const smi = machine.run('nvidia-smi', ['--query-gpu=driver_version', '--format=csv,noheader']);
  return /(\d{3}\.\d+(?:\.\d+)?)/.exec(file ?? smi ?? '')?.[1];
}

function driverFinding(
  machine: Machine,
  driver: string | undefined,
  cuda: string | undefined,
): Finding {
  const name = 'NVIDIA driver';
  if (driver === undefined) {
    const seen = gpuDevices(machine).some(({ maker }) => maker === 'nvidia');
    return {
      name,
      state: seen ? 'broken' : 'absent',
      detail: seen
        ? 'a GPU of NVIDIA is there, and neither /proc/driver/nvidia/version nor nvidia-smi says a version'
        : 'none is loaded',
      ...(seen && { remedy: 'install the driver (apt-get install nvidia-driver), and reboot' }),
    };
  }
  const least = cuda === undefined ? undefined : DRIVERS[cuda];
  if (least !== undefined && Number(driver.split('.')[0]) < least) {
    return {
      name,
      state: 'broken',
      detail: `${driver}, older than CUDA ${cuda} needs (${least})`,
      remedy: `install driver ${least} or later`,
    };
  }
  return { name, state: 'ok', detail: driver };
}

function librariesFinding(
  machine: Machine,
  { folder }: OnnxRuntime,
  needed: readonly string[] | undefined,
): Finding {
  const name = 'cuda libraries';
  if (needed === undefined) {
    const detail = `${PROVIDER} cannot be read as a library of 64 bits`;
    return { name, state: 'broken', detail, remedy: INSTALL };
  }
  const wanted = [...needed.filter((one) => /^lib(cu|nv)/.test(one)), ...OPENED_LATER];
  // The provider's library names no folder of its own: not even the one that it lies in is searched.
  const found = wanted.map((one) => ({ name: one, file: libraryFile(machine, one) }));
  const missing = found.filter(({ file }) => file === undefined);
  const versions = found.flatMap(({ name: one, file }) => {
    const version = file && versionInFolder(machine, file);
    return file === undefined ? [] : [version ? `${one} (${version})` : one];
  });
  if (missing.length === 0) return { name, state: 'ok', detail: versions.join(', ') };
  const said = missing.map(
    (one) => `${one.name} ${otherVersion(machine, one.name) ?? 'is missing'}`,
  );
  const aside = missing.map((one) => elsewhere(machine, one.name, folder)).find(Boolean);
  const path = aside?.replace(/\/[^/]+$/, '');
  return {
    name,
    state: 'broken',
    detail: `${said.join(', ')}; found: ${versions.join(', ') || 'none'}`,
    remedy: path ? `export LD_LIBRARY_PATH=${path}:$LD_LIBRARY_PATH` : INSTALL,
  };
}

/** The same library of another major version, which does not do. */
function otherVersion(machine: Machine, name: string): string | undefined {
  const [stem, major] = name.split('.so.') as [string, string];
  for (let other = 8; other < 20; other++) {
    if (String(other) === major) continue;
    const file = libraryFile(machine, `${stem}.so.${other}`);
    if (file !== undefined) return `is missing (${file} is another version)`;
  }
  return undefined;
}
