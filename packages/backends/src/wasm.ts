import { createRequire } from 'node:module';
import { dirname, sep } from 'node:path';
import { tf } from '@raremask/tfjs';
import { cpuBackend } from './cpu.ts';
import { wasmDoesNotStart } from './errors.ts';
import { firstLine, quietly } from './quietly.ts';
import { registerTrainingKernels } from './training/register.ts';

export interface StartedWasm {
  readonly version: string;
}

let started: Promise<StartedWasm> | undefined;

/**
 * Makes tfjs use wasm, with the kernels for training registered. As shipped its threads do not
 * start in Node, so it computes on one.
 */
export async function startWasm(): Promise<StartedWasm> {
  started ??= start();
  const result = await started;
  await tf.setBackend('wasm');
  return result;
}

async function start(): Promise<StartedWasm> {
  const { setWasmPaths, version_wasm: version } = await import('@tensorflow/tfjs-backend-wasm');
  const entry = createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm');
  cpuBackend();
  const listeners = processListeners();
  try {
    if (tf.engine().registry.wasm === undefined) setWasmPaths(dirname(entry) + sep);
    const set = await quietly(() => tf.setBackend('wasm'));
    if (!set) throw new Error(`tfjs could not use the .wasm file beside ${entry}`);
    if ((await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT')) !== true) {
      throw new Error('this Node has no WebAssembly SIMD');
    }
    await registerTrainingKernels();
    return { version };
  } catch (cause) {
    started = undefined;
    const { detail, remedy } = wasmFault(cause);
    throw wasmDoesNotStart(detail, remedy, cause);
  } finally {
    removeNewListeners(listeners);
  }
}

/** Of the global WebAssembly, of which Node's type declarations do not speak. */
interface Memories {
  readonly Memory: new (pages: { readonly initial: number }) => unknown;
}

/** Why wasm does not start. @param cause what was thrown: tfjs does not say it where memory is refused */
export function wasmFault(cause: unknown): { readonly detail: string; readonly remedy: string } {
  try {
    const { WebAssembly: wasm } = globalThis as unknown as { WebAssembly: Memories };
    new wasm.Memory({ initial: 1 });
  } catch (refused) {
    return {
      detail: firstLine(refused),
      remedy:
        'ulimit -v unlimited (Node reserves about 10 GiB of addresses for every WebAssembly memory, whatever it uses)',
    };
  }
  return { detail: firstLine(cause), remedy: 'install the packages again' };
}

type ProcessEvent = 'uncaughtException' | 'unhandledRejection';
type Listener = (...args: unknown[]) => void;

function processListeners(): Map<ProcessEvent, ReadonlySet<unknown>> {
  const events: ProcessEvent[] = ['uncaughtException', 'unhandledRejection'];
  return new Map(events.map((event) => [event, new Set<unknown>(processListenersOf(event))]));
}

function processListenersOf(event: ProcessEvent): Listener[] {
  return process.listeners(event as 'uncaughtException') as Listener[];
}

/**
 * The module's start adds listeners to the process that throw what they are told again, which would
 * hide the place of every later error of the program.
 */
function removeNewListeners(before: Map<ProcessEvent, ReadonlySet<unknown>>): void {
  for (const [event, known] of before) {
    for (const listener of processListenersOf(event)) {
      if (!known.has(listener)) process.removeListener(event, listener);
    }
  }
}
