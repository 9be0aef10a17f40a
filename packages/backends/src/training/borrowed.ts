import { tf } from '@raremask/tfjs';
import { cpuBackend } from '../cpu.ts';
import type { WasmBackend } from './memory.ts';

interface BorrowedCall {
  readonly backend: WasmBackend;
  readonly inputs: Record<string, tf.TensorInfo> | readonly tf.TensorInfo[];
  readonly attrs: object;
}

/**
 * A kernel that runs tfjs's plain JavaScript on copies of the numbers: for operations so rare that
 * their speed does not matter. It gives one tensor.
 */
export function borrowed(kernelName: string): (call: BorrowedCall) => tf.TensorInfo {
  return ({ backend, inputs, attrs }) => {
    const cpu = cpuBackend();
    const entries = Object.entries(inputs).map(([name, tensor]): [string, tf.TensorInfo] => {
      const values = backend.readSync(tensor.dataId);
      const copy = cpu.makeTensorInfo(tensor.shape, tensor.dtype, values);
      return [name, Object.assign(copy, { rank: tensor.shape.length })];
    });
    const copies = Array.isArray(inputs)
      ? entries.map(([, copy]) => copy)
      : Object.fromEntries(entries);
    const { kernelFunc } = tf.getKernel(kernelName, 'cpu');
    const result = kernelFunc({
      inputs: copies as tf.NamedTensorInfoMap,
      backend: cpu,
      attrs: attrs as tf.NamedAttrMap,
    }) as tf.TensorInfo;
    const values = cpu.readSync(result.dataId) as tf.backend_util.BackendValues;
    const out = backend.makeOutput(result.shape, result.dtype, null, values);
    cpu.disposeIntermediateTensorInfo(result);
    for (const [, copy] of entries) cpu.disposeIntermediateTensorInfo(copy);
    return out;
  };
}
