import { tf } from '@raremask/tfjs';
import { borrowed } from './borrowed.ts';
import type { WasmCall } from './memory.ts';

type Gather = WasmCall<
  { readonly x: tf.TensorInfo; readonly indices: tf.TensorInfo },
  { readonly axis: number; readonly batchDims: number }
>;

/** tfjs's wasm kernel reads outside of its memory where there are several batch axes. */
export function gatherInBatches(stockKernel: tf.KernelFunc) {
  const plain = borrowed(tf.GatherV2);
  return (call: Gather): tf.TensorInfo =>
    call.attrs.batchDims > 1 ? plain(call) : (stockKernel(call as never) as tf.TensorInfo);
}

/** tfjs's wasm kernel says of everything that it slices that it is float32. */
export function sliceOfIntegers(stockKernel: tf.KernelFunc) {
  const plain = borrowed(tf.StridedSlice);
  return (call: WasmCall<{ readonly x: tf.TensorInfo }, object>): tf.TensorInfo =>
    call.inputs.x.dtype === 'float32' ? (stockKernel(call as never) as tf.TensorInfo) : plain(call);
}
