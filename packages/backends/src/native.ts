import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { tf } from '@raremask/tfjs';
import { libraryFault } from './machine/elf.ts';
import { thisMachine } from './machine/machine.ts';
import { firstLine, quietly } from './quietly.ts';

export type NativeName = 'tensorflow-gpu' | 'tensorflow';

export const nativePackages: Readonly<Record<NativeName, string>> = {
  'tensorflow-gpu': '@tensorflow/tfjs-node-gpu',
  tensorflow: '@tensorflow/tfjs-node',
};

export type NativeOutcome =
  | { readonly state: 'absent' }
  | { readonly state: 'other'; readonly loaded: string }
  | {
      readonly state: 'broken';
      readonly detail: string;
      readonly remedy: string;
      readonly cause: unknown;
    }
  | {
      readonly state: 'ok';
      readonly gpu: boolean;
      readonly versions: Readonly<Record<string, string>>;
    };

interface NativeBackend extends tf.KernelBackend {
  readonly isUsingGpuDevice?: boolean;
  readonly binding?: { readonly TF_Version?: string };
}

let loaded: { readonly name: NativeName; readonly outcome: NativeOutcome } | undefined;

/**
 * Loads tfjs-node or tfjs-node-gpu from the node_modules of a folder, or, where that has none, from
 * beside this package. Both register a backend called `tensorflow` on the engine that all copies of
 * tfjs in a process share. Nothing is thrown for a package that is absent or broken.
 *
 * @param tf32 whether NVIDIA's libraries may round the operands of products to TF32, as they would unless told
 */
export async function loadNative(
  name: NativeName,
  from: string,
  tf32 = false,
): Promise<NativeOutcome> {
  const packageName = nativePackages[name];
  if (loaded?.name === name) return loaded.outcome;
  const found = findPackage(name, from);
  if (found === undefined) return { state: 'absent' };
  if (loaded !== undefined) return { state: 'other', loaded: nativePackages[loaded.name] };
  if (name === 'tensorflow-gpu') {
    if (tf32) delete process.env['NVIDIA_TF32_OVERRIDE'];
    else process.env['NVIDIA_TF32_OVERRIDE'] = '0';
  }
  const fault = fileFault(found.home);
  if (fault !== undefined) {
    return { state: 'broken', detail: fault, remedy: AGAIN, cause: new Error(fault) };
  }
  try {
    await quietly(() => importNative(found.require.resolve(packageName)));
    const kernels = tf.getKernelsForBackend('tensorflow').length;
    const backend = tf.findBackend('tensorflow') as NativeBackend | null;
    if (kernels === 0 || backend === null) {
      throw new Error('it registered no backend on the tfjs that raremask uses');
    }
    const outcome: NativeOutcome = {
      state: 'ok',
      gpu: backend.isUsingGpuDevice === true,
      versions: { [packageName]: found.version, ...libraryVersion(backend) },
    };
    loaded = { name, outcome };
    return outcome;
  } catch (cause) {
    const detail = firstLine(cause);
    return { state: 'broken', detail, remedy: remedyFor(packageName, detail), cause };
  }
}

/** What is wrong with a native library of a package: to load one that is cut short ends the process. */
function fileFault(home: string): string | undefined {
  const machine = thisMachine();
  if (machine.platform !== 'linux') return undefined;
  const addons = machine
    .list(join(home, 'lib'))
    .map((folder) => join(home, 'lib', folder, 'tfjs_binding.node'));
  const libraries = machine
    .list(join(home, 'deps', 'lib'))
    .filter((name) => /\.so(\.\d+)*$/.test(name))
    .map((name) => join(home, 'deps', 'lib', name));
  for (const path of [...addons, ...libraries]) {
    const fault = machine.exists(path) ? libraryFault(machine, path) : undefined;
    if (fault !== undefined) return `${path} ${fault}`;
  }
  return undefined;
}

/** A package that is installed, whether or not it loads. */
export interface FoundPackage {
  readonly require: NodeJS.Require;
  readonly version: string;
  /** Its folder. */
  readonly home: string;
}

/** The package of a backend in a node_modules at or above a folder, or beside this package. */
export function findPackage(name: NativeName, from: string): FoundPackage | undefined {
  const packageName = nativePackages[name];
  const places = [join(resolve(from), 'package.json'), fileURLToPath(import.meta.url)];
  for (const place of places) {
    const require = createRequire(place);
    for (const folder of require.resolve.paths(packageName) ?? []) {
      const home = join(folder, packageName);
      const description = join(home, 'package.json');
      if (existsSync(description)) return { require, version: versionIn(description), home };
    }
  }
  return undefined;
}

function versionIn(description: string): string {
  try {
    const content = JSON.parse(readFileSync(description, 'utf8')) as { version?: unknown };
    return typeof content.version === 'string' ? content.version : 'unknown';
  } catch {
    return 'unknown';
  }
}

async function importNative(path: string): Promise<void> {
  addIsNullOrUndefined();
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '2';
  await import(pathToFileURL(path).href);
}

/** tfjs-node 4.22 calls util.isNullOrUndefined, which Node 23 took away. */
function addIsNullOrUndefined(): void {
  const util = createRequire(import.meta.url)('node:util') as Record<string, unknown>;
  util.isNullOrUndefined ??= (value: unknown) => value === null || value === undefined;
}

function libraryVersion({ binding }: NativeBackend): Record<string, string> {
  return binding?.TF_Version === undefined ? {} : { libtensorflow: binding.TF_Version };
}

const AGAIN =
  'raremask backend install tensorflow, which builds the addon where it cannot be fetched';

function remedyFor(packageName: string, detail: string): string {
  if (/tfjs_binding\.node/.test(detail) || /addon/i.test(detail)) {
    return AGAIN;
  }
  if (/\.so|\.dylib|\.dll|shared object|dlopen/i.test(detail)) {
    return `put the library that it names into the deps/lib folder of ${packageName}, or into LD_LIBRARY_PATH; or raremask backend install tensorflow, which brings NVIDIA's libraries with it`;
  }
  return `install ${packageName} again, or remove it`;
}
