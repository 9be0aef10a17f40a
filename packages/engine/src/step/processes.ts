import { EXCHANGE, type Exchange } from '@raremask/compiler';
import type { Processes } from '@raremask/core';
import { tf } from '@raremask/tfjs';

/** The processes that compute a step together, as its program knows them. */
export interface StepProcesses {
  readonly rank: number;
  readonly size: number;
  /** Sums over them, in place; all call it alike. */
  readonly sum: Exchange;
}

/** Numbers of a step that they make together. */
export interface ProcessesInput {
  /** Share of the batch's images that each has. */
  readonly shares: tf.Tensor1D;
  /** Images of the whole batch. */
  readonly images: tf.Scalar;
}

/** What a model sees of them. */
export function processesOf(
  { rank, size }: StepProcesses,
  { shares, images }: ProcessesInput,
): Processes {
  return {
    shares,
    images,
    gather(x) {
      const own = Array.from({ length: size }, (_, other) => (other === rank ? 1 : 0));
      const place = tf.tensor(own, [size, ...x.shape.map(() => 1)]);
      return summed(tf.mul(tf.expandDims(x, 0), place));
    },
  };
}

/** The sum over processes. So is its gradient: what any of them makes of the sum comes back to all. */
export function summed(x: tf.Tensor): tf.Tensor {
  tf.registerGradient({
    kernelName: EXCHANGE,
    gradFunc: (dy) => ({ x: () => summed(dy as tf.Tensor) }),
  });
  return tf.engine().runKernel(EXCHANGE, { x }) as tf.Tensor;
}

let sum: Exchange | undefined;

/** Runs a step kernel by kernel, whose sums over processes are made in its midst. */
export function withExchange<T>(processes: StepProcesses | undefined, run: () => T): T {
  if (processes === undefined) return run();
  requireKernel();
  const before = sum;
  sum = processes.sum;
  try {
    return run();
  } finally {
    sum = before;
  }
}

function requireKernel(): void {
  const { backendName } = tf.engine();
  if (tf.getKernel(EXCHANGE, backendName)) return;
  tf.registerKernel({
    kernelName: EXCHANGE,
    backendName,
    kernelFunc({ inputs }) {
      const { dataId, shape, dtype } = (inputs as { readonly x: tf.TensorInfo }).x;
      const values = Float32Array.from(tf.engine().readSync(dataId) as Float32Array);
      sum!(values);
      return tf.engine().makeTensor(values, shape, dtype);
    },
  });
}
