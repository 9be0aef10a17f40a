import { tf } from '@raremask/tfjs';
import { cpuBackend } from './cpu.ts';
import {
  backendDoesNotLoad,
  backendNotInstalled,
  backendWithoutGpu,
  otherNativeIsLoaded,
  unknownBackend,
} from './errors.ts';
import { loadNative, type NativeName, type NativeOutcome, nativePackages } from './native.ts';
import { startWasm } from './wasm.ts';

/** What a manifest or a command line asks for. */
export type BackendRequest = 'auto' | 'wasm' | 'cpu' | 'tensorflow' | 'tensorflow-gpu';

const requests: readonly BackendRequest[] = ['auto', 'tensorflow-gpu', 'tensorflow', 'wasm', 'cpu'];

/** The backend that tfjs now uses. */
export interface PreparedBackend {
  readonly name: 'wasm' | 'cpu' | 'tensorflow' | 'tensorflow-gpu';
  /** One line: which was picked, and why. */
  readonly reason: string;
  /** One line each: for example a native library that is missing, and how to mend it. */
  readonly notes: readonly string[];
  /** Packages and libraries that compute, by name. */
  readonly versions: Readonly<Record<string, string>>;
}

/**
 * Makes tfjs use a backend, and adds to it the kernels that training needs and it lacks.
 *
 * `auto` takes tfjs-node-gpu where it is installed, loads and sees a GPU, then tfjs-node, then wasm.
 *
 * @param request which backend
 * @param from the folder whose node_modules are searched for the optional native packages
 * @param tf32 whether tensorflow-gpu may round the operands of products to TF32
 * @throws RaremaskError where an explicit request cannot be met, or wasm does not start
 */
export async function prepareBackend(
  request: BackendRequest,
  from: string = process.cwd(),
  tf32 = false,
): Promise<PreparedBackend> {
  switch (request) {
    case 'auto':
      return prepareBest(from, tf32);
    case 'wasm':
      return prepareWasm('asked for', []);
    case 'cpu':
      return prepareCpu();
    case 'tensorflow':
    case 'tensorflow-gpu':
      return prepareNative(request, from, tf32);
    default:
      throw unknownBackend(String(request), requests);
  }
}

async function prepareBest(from: string, tf32: boolean): Promise<PreparedBackend> {
  const notes: string[] = [];
  const misses: string[] = [];
  for (const name of ['tensorflow-gpu', 'tensorflow'] as const) {
    const packageName = nativePackages[name];
    const outcome = await loadNative(name, from, tf32);
    if (outcome.state === 'ok') {
      if (name === 'tensorflow-gpu' && !outcome.gpu) notes.push(noGpuNote(packageName));
      const why = `${packageName} is installed and loads`;
      return useNative(name, outcome, why, notes);
    }
    if (outcome.state === 'broken') {
      notes.push(
        `${packageName} is installed but does not load: ${outcome.detail}. To mend it: ${outcome.remedy}.`,
      );
    }
    misses.push(`${packageName} ${missing(outcome)}`);
  }
  return prepareWasm(misses.join(', '), notes);
}

function missing(outcome: NativeOutcome): string {
  if (outcome.state === 'broken') return 'does not load';
  return outcome.state === 'other' ? 'cannot join the one that is loaded' : 'is not installed';
}

function noGpuNote(packageName: string): string {
  return `${packageName} loads but sees no GPU and computes on the CPU. To mend it: check nvidia-smi and that the CUDA and cuDNN libraries its libtensorflow was built for are in LD_LIBRARY_PATH.`;
}

async function prepareNative(
  name: NativeName,
  from: string,
  tf32: boolean,
): Promise<PreparedBackend> {
  const packageName = nativePackages[name];
  const outcome = await loadNative(name, from, tf32);
  if (outcome.state === 'absent') throw backendNotInstalled(name, packageName, from);
  if (outcome.state === 'other') throw otherNativeIsLoaded(name, outcome.loaded);
  if (outcome.state === 'broken') {
    throw backendDoesNotLoad(name, packageName, outcome.detail, outcome.remedy, outcome.cause);
  }
  if (name === 'tensorflow-gpu' && !outcome.gpu) throw backendWithoutGpu(name, packageName);
  return useNative(name, outcome, 'asked for', []);
}

async function useNative(
  name: NativeName,
  outcome: Extract<NativeOutcome, { state: 'ok' }>,
  why: string,
  notes: readonly string[],
): Promise<PreparedBackend> {
  await tf.setBackend('tensorflow');
  await tf.ready();
  const device = outcome.gpu ? 'GPU' : 'CPU';
  return {
    name,
    reason: `${name} (${nativePackages[name]} ${outcome.versions[nativePackages[name]]} on the ${device}): ${why}`,
    notes,
    versions: { '@tensorflow/tfjs': tf.version.tfjs, ...outcome.versions },
  };
}

async function prepareWasm(why: string, notes: readonly string[]): Promise<PreparedBackend> {
  const wasm = await startWasm();
  return {
    name: 'wasm',
    reason: `wasm (@tensorflow/tfjs-backend-wasm ${wasm.version}, SIMD, one thread): ${why}`,
    notes,
    versions: {
      '@tensorflow/tfjs': tf.version.tfjs,
      '@tensorflow/tfjs-backend-wasm': wasm.version,
    },
  };
}

async function prepareCpu(): Promise<PreparedBackend> {
  cpuBackend();
  await tf.setBackend('cpu');
  return {
    name: 'cpu',
    reason: 'cpu (plain JavaScript, about a hundred times slower than wasm): asked for',
    notes: [],
    versions: { '@tensorflow/tfjs': tf.version.tfjs },
  };
}
