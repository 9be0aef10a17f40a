import { join } from 'node:path';
import { libraryFault, neededBy } from './elf.ts';
import type { Finding } from './finding.ts';
import { gpuDevices } from './gpuDevices.ts';
import { commandFile, elsewhere, libraryFile, versionInFolder } from './libraries.ts';
import type { Machine } from './machine.ts';

/** onnxruntime-node, as installed. */
export interface OnnxRuntime {
  readonly version: string;
  /** The folder of its native libraries. */
  readonly folder: string;
}

const PROVIDER = 'libonnxruntime_providers_cuda.so';
/** Through which onnxruntime calls it. */
const SHARED = 'libonnxruntime_providers_shared.so';
const INSTALL = 'raremask backend install cuda';

/** Opened by the CUDA provider by name while it runs, so that no table of a library lists them. */
const OPENED_LATER = ['libcudnn.so.9'];

/** The least driver of Linux by CUDA's major version (NVIDIA, CUDA Toolkit release notes, table 3). */
const DRIVERS: Readonly<Record<string, number>> = { '11': 450, '12': 525, '13': 580 };

/** Of the wheels that `raremask backend install cuda` fetches for onnxruntime 1.30. */
const PROVIDER_CUDA = '13';

/** NVIDIA's driver, and what the CUDA provider of onnxruntime needs. */
export function cudaFindings(
  machine: Machine,
  runtime: OnnxRuntime | undefined,
): readonly Finding[] {
  if (machine.platform !== 'linux' || machine.arch !== 'x64') {
    const detail = 'onnxruntime-node has a CUDA provider for Linux on x64 alone';
    return [{ name: 'cuda provider', state: 'absent', detail }];
  }
  const driver = driverVersion(machine);
  if (runtime === undefined) {
    const detail = 'onnxruntime-node is not installed, which it is a part of';
    return [
      driverFinding(machine, driver, false),
      { name: 'cuda provider', state: 'absent', detail },
    ];
  }
  const provider = join(runtime.folder, PROVIDER);
  const installed = machine.exists(provider);
  const fault = installed ? providerFault(machine, runtime) : undefined;
  const needed = installed && fault === undefined ? neededBy(machine, provider) : undefined;
  const cuda = needed?.map((name) => /^libcudart\.so\.(\d+)/.exec(name)?.[1]).find(Boolean);
  return [
    driverFinding(machine, driver, installed, cuda),
    providerFinding(runtime, installed, fault, cuda),
    ...(needed === undefined ? [] : [librariesFinding(machine, runtime, needed)]),
  ];
}

/** What is wrong with a file of the provider, beginning with its name. */
function providerFault(machine: Machine, { folder }: OnnxRuntime): string | undefined {
  const faults = [PROVIDER, SHARED].map((name) => {
    const file = join(folder, name);
    if (!machine.exists(file)) return `${file} is missing`;
    const fault = libraryFault(machine, file);
    return fault && `${file} ${fault}`;
  });
  return faults.find(Boolean);
}

function providerFinding(
  { folder, version }: OnnxRuntime,
  installed: boolean,
  fault: string | undefined,
  cuda: string | undefined,
): Finding {
  const name = 'cuda provider';
  const remedy = `${INSTALL}, for onnxruntime ${version}`;
  if (!installed) {
    return { name, state: 'absent', detail: `${PROVIDER} is missing in ${folder}`, remedy };
  }
  if (fault !== undefined) return { name, state: 'broken', detail: fault, remedy };
  return { name, state: 'ok', detail: `${join(folder, PROVIDER)}, for CUDA ${cuda ?? 'unknown'}` };
}

function driverVersion(machine: Machine): string | undefined {
  const version = (text: string | undefined) => /\b(\d{3}\.\d+(?:\.\d+)?)/.exec(text ?? '')?.[1];
  return (
    version(machine.read('/proc/driver/nvidia/version')) ??
    version(machine.run('nvidia-smi', ['--query-gpu=driver_version', '--format=csv,noheader']))
  );
}

function driverFinding(
  machine: Machine,
  driver: string | undefined,
  installed: boolean,
  cuda: string = PROVIDER_CUDA,
): Finding {
  const name = 'NVIDIA driver';
  if (driver === undefined) return driverMissing(machine, name);
  const least = DRIVERS[cuda];
  if (least === undefined || Number(driver.split('.')[0]) >= least) {
    return { name, state: 'ok', detail: driver };
  }
  const detail = `${driver}, older than CUDA ${cuda} needs (${least})`;
  // Nobody has asked for CUDA where its provider is not installed.
  if (!installed)
    return { name, state: 'ok', detail: `${detail}: enough for webgpu, not for cuda` };
  return { name, state: 'broken', detail, remedy: `install driver ${least} or later` };
}

function driverMissing(machine: Machine, name: string): Finding {
  const seen = gpuDevices(machine).some(({ maker }) => maker === 'nvidia');
  const tool = commandFile(machine, 'nvidia-smi');
  const silent = tool && `${tool} says no version: it fails, or does not answer`;
  const remedy = 'install the driver (apt-get install nvidia-driver), and reboot';
  if (seen) {
    const why = silent ?? 'neither /proc/driver/nvidia/version nor nvidia-smi says a version';
    return { name, state: 'broken', detail: `a GPU of NVIDIA is there, and ${why}`, remedy };
  }
  if (silent) return { name, state: 'absent', detail: `none is loaded, and ${silent}`, remedy };
  return { name, state: 'absent', detail: 'none is loaded' };
}

function librariesFinding(
  machine: Machine,
  { folder }: OnnxRuntime,
  needed: readonly string[],
): Finding {
  const name = 'cuda libraries';
  const wanted = [...needed.filter((one) => /^lib(cu|nv)/.test(one)), ...OPENED_LATER];
  // The provider's library names no folder of its own: not even the one that it lies in is searched.
  const looked = wanted.map((one) => {
    const file = libraryFile(machine, one);
    return { name: one, file, fault: file && libraryFault(machine, file) };
  });
  const missing = looked.filter(({ file, fault }) => file === undefined || fault !== undefined);
  const versions = looked.flatMap(({ name: one, file, fault }) => {
    const version = file && versionInFolder(machine, file);
    return file === undefined || fault ? [] : [version ? `${one} (${version})` : one];
  });
  if (missing.length === 0) return { name, state: 'ok', detail: versions.join(', ') };
  const said = missing.map(({ name: one, file, fault }) =>
    fault ? `${file} ${fault}` : `${one} ${otherVersion(machine, one) ?? 'is missing'}`,
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
