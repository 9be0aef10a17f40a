import { readFileSync } from 'node:fs';
import { tf } from '@raremask/tfjs';

/** The parts of tfjs's wasm backend that a kernel works with. */
export interface WasmBackend extends tf.KernelBackend {
  readonly wasm: { readonly asm: { readonly memory: object } };
  readonly dataIdMap: {
    get(dataId: object): { readonly id: number; readonly memoryOffset: number };
  };
  makeOutput(
    shape: number[],
    dtype: tf.DataType,
    memoryOffset?: number | null,
    values?: tf.backend_util.BackendValues,
  ): tf.TensorInfo;
  readSync(dataId: object): tf.backend_util.BackendValues;
  incRef(dataId: object): void;
  disposeData(dataId: object, force?: boolean): boolean;
}

/** A kernel of tfjs's wasm backend, with its inputs and attributes as their operation names them. */
export interface WasmCall<Inputs, Attributes> {
  readonly backend: WasmBackend;
  readonly inputs: Inputs;
  readonly attrs: Attributes;
}

type Compute = (...pointersAndSizes: number[]) => number;

/** The global WebAssembly, of which Node's type declarations do not speak. */
interface Linker {
  compile(bytes: Uint8Array): Promise<object>;
  instantiate(
    module: object,
    imports: Record<string, Record<string, object>>,
  ): Promise<{ readonly exports: Readonly<Record<string, Compute>> }>;
}

let exported: Readonly<Record<string, Compute>> = {};

/** Compiles our module and binds it to the memory of the wasm backend that tfjs has started. */
export async function linkModule(): Promise<void> {
  const { WebAssembly: linker } = globalThis as unknown as { WebAssembly: Linker };
  const file = new URL('../../dist/training.wasm', import.meta.url);
  const module = await linker.compile(readFileSync(file));
  const { memory } = (tf.findBackend('wasm') as WasmBackend).wasm.asm;
  const instance = await linker.instantiate(module, { env: { memory } });
  exported = instance.exports;
}

/** A function of our module by name; its pointers are those of `pointer`. */
export function compute(name: string): Compute {
  return exported[name]!;
}

/** Where a tensor's numbers begin in the backend's memory. */
export function pointer(backend: WasmBackend, tensor: tf.TensorInfo): number {
  return backend.dataIdMap.get(tensor.dataId).memoryOffset;
}

/** Runs a kernel that tfjs's wasm backend brings. */
export function stock(
  kernelName: string,
  backend: WasmBackend,
  inputs: Record<string, tf.TensorInfo>,
  attrs: object,
): tf.TensorInfo {
  const { kernelFunc } = tf.getKernel(kernelName, 'wasm');
  return kernelFunc({ inputs, backend, attrs: attrs as tf.NamedAttrMap }) as tf.TensorInfo;
}

export function release(backend: WasmBackend, tensor: tf.TensorInfo): void {
  backend.disposeData(tensor.dataId);
}
