import { tf } from '@raremask/tfjs';

/** tfjs's backend in plain JavaScript, with the parts of it that the kernel borrowing needs. */
export interface CpuBackend extends tf.KernelBackend {
  firstUse: boolean;
  makeTensorInfo(
    shape: number[],
    dtype: tf.DataType,
    values?: tf.backend_util.BackendValues,
  ): tf.TensorInfo;
  disposeIntermediateTensorInfo(info: tf.TensorInfo): void;
}

/**
 * The backend in plain JavaScript. On its first write in Node it prints an advertisement of eight
 * lines for tfjs-node; `firstUse` is the switch that it looks at.
 */
export function cpuBackend(): CpuBackend {
  const backend = tf.findBackend('cpu') as CpuBackend;
  backend.firstUse = false;
  return backend;
}
