import { tf } from '@raremask/tfjs';
import { compute, pointer, type WasmCall } from './memory.ts';

interface ReduceAttributes {
  readonly axis?: number | number[];
  readonly keepDims?: boolean;
}

/**
 * Sums, or means, over axes that lie side by side, without the transposed copy that tfjs makes where
 * they are not the last.
 */
export function reduce(kind: 'sum' | 'mean') {
  return (stockKernel: tf.KernelFunc) =>
    (call: WasmCall<{ readonly x: tf.TensorInfo }, ReduceAttributes>): tf.TensorInfo => {
      const { backend, inputs, attrs } = call;
      const { x } = inputs;
      const axes = tf.util.parseAxisParam(attrs.axis as number | number[], x.shape);
      const [first, last] = [Math.min(...axes), Math.max(...axes)];
      const adjacent = x.shape.every(
        (extent, axis) => axis < first || axis > last || extent === 1 || axes.includes(axis),
      );
      const size = tf.util.sizeFromShape(x.shape);
      if (x.dtype !== 'float32' || axes.length === 0 || !adjacent || size === 0) {
        return stockKernel(call as unknown as Parameters<tf.KernelFunc>[0]) as tf.TensorInfo;
      }
      const shape = x.shape.flatMap((extent, axis) => {
        if (!axes.includes(axis)) return [extent];
        return attrs.keepDims ? [1] : [];
      });
      const out = backend.makeOutput(shape, 'float32');
      const middle = tf.util.sizeFromShape(x.shape.slice(first, last + 1));
      compute('sumMiddle')(
        pointer(backend, x),
        pointer(backend, out),
        tf.util.sizeFromShape(x.shape.slice(0, first)),
        middle,
        tf.util.sizeFromShape(x.shape.slice(last + 1)),
        kind === 'mean' ? 1 / middle : 1,
      );
      return out;
    };
}
