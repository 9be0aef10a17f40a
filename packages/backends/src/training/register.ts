import { tf } from '@raremask/tfjs';
import { borrowed } from './borrowed.ts';
import {
  conv2d,
  conv2dFilterGradient,
  conv2dInputGradient,
  conv3d,
  conv3dFilterGradient,
  conv3dInputGradient,
} from './convolution.ts';
import { concat, identity, slice, split } from './copy.ts';
import { cumulative } from './cumulative.ts';
import { depthwiseFilterGradient, depthwiseInputGradient } from './depthwise.ts';
import { linkModule } from './memory.ts';
import { gatherInBatches, sliceOfIntegers } from './picking.ts';
import { maxPool3d, maxPool3dGradient, maxPoolGradient } from './pool.ts';
import { reduce } from './reduce.ts';
import { nearestGradient } from './resize.ts';
import { unsortedSegmentSum } from './segment.ts';

// biome-ignore lint/suspicious/noExplicitAny: each kernel knows its own inputs and attributes
type Kernel = (call: any) => tf.TensorInfo | tf.TensorInfo[];

/** Kernels that tfjs's wasm backend lacks. */
const added: Readonly<Record<string, Kernel>> = {
  [tf.Conv2DBackpropFilter]: conv2dFilterGradient,
  [tf.DepthwiseConv2dNativeBackpropFilter]: depthwiseFilterGradient,
  [tf.DepthwiseConv2dNativeBackpropInput]: depthwiseInputGradient,
  [tf.UnsortedSegmentSum]: unsortedSegmentSum,
  [tf.Einsum]: borrowed(tf.Einsum),
};

/** Kernels that are slow or wrong in tfjs's wasm backend; each is handed the one it replaces. */
const replaced: Readonly<Record<string, (stockKernel: tf.KernelFunc) => Kernel>> = {
  [tf.Concat]: concat,
  [tf.Conv2D]: conv2d,
  [tf.Conv2DBackpropInput]: () => conv2dInputGradient,
  [tf.Conv3D]: conv3d,
  [tf.Conv3DBackpropFilterV2]: () => conv3dFilterGradient,
  [tf.Conv3DBackpropInputV2]: () => conv3dInputGradient,
  [tf.Cumprod]: cumulative,
  [tf.Cumsum]: cumulative,
  [tf.Dilation2D]: () => borrowed(tf.Dilation2D),
  [tf.Dilation2DBackpropFilter]: () => borrowed(tf.Dilation2DBackpropFilter),
  [tf.Dilation2DBackpropInput]: () => borrowed(tf.Dilation2DBackpropInput),
  [tf.GatherV2]: gatherInBatches,
  [tf.Identity]: identity,
  [tf.MaxPool3D]: () => maxPool3d,
  [tf.MaxPool3DGrad]: () => maxPool3dGradient,
  [tf.MaxPoolGrad]: () => maxPoolGradient,
  [tf.Mean]: reduce('mean'),
  [tf.ResizeNearestNeighborGrad]: () => nearestGradient,
  [tf.Slice]: slice,
  [tf.SplitV]: split,
  [tf.StridedSlice]: sliceOfIntegers,
  [tf.Sum]: reduce('sum'),
};

let registered = false;

/** Names of the kernels that this package brings to the wasm backend. */
export function wasmTrainingKernels(): readonly string[] {
  return [...Object.keys(added), ...Object.keys(replaced)];
}

/** Registers the kernels for training once the wasm backend has started. */
export async function registerTrainingKernels(): Promise<void> {
  await linkModule();
  if (registered) return;
  registered = true;
  for (const [kernelName, kernelFunc] of Object.entries(added)) {
    tf.registerKernel({ kernelName, backendName: 'wasm', kernelFunc: kernelFunc as tf.KernelFunc });
  }
  for (const [kernelName, make] of Object.entries(replaced)) {
    const { kernelFunc: stockKernel } = tf.getKernel(kernelName, 'wasm');
    tf.unregisterKernel(kernelName, 'wasm');
    tf.registerKernel({
      kernelName,
      backendName: 'wasm',
      kernelFunc: make(stockKernel) as tf.KernelFunc,
    });
  }
}
