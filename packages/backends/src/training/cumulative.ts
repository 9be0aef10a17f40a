import type * as tf from '@tensorflow/tfjs';
import type { WasmCall } from './memory.ts';

/** Sums or products along an axis. Given an axis counted from the end, tfjs's own spoils its memory. */
export function cumulative(stockKernel: tf.KernelFunc) {
  return (
    call: WasmCall<{ readonly x: tf.TensorInfo }, { readonly axis: number }>,
  ): tf.TensorInfo => {
    const { axis } = call.attrs;
    const positive = axis < 0 ? axis + call.inputs.x.shape.length : axis;
    return stockKernel({ ...call, attrs: { ...call.attrs, axis: positive } }) as tf.TensorInfo;
  };
}
