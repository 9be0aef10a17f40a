import type * as tf from '@tensorflow/tfjs';

/** Depth, height, width. */
export type Extent = readonly [number, number, number];

/** A window that slides over volumes; over images, which are volumes of one plane. */
export interface Sliding {
  readonly batch: number;
  readonly inChannels: number;
  readonly outChannels: number;
  readonly input: Extent;
  readonly output: Extent;
  readonly window: Extent;
  readonly stride: Extent;
  /** Padding before the first value of each axis. */
  readonly padding: Extent;
}

export function overImages(info: tf.backend_util.Conv2DInfo): Sliding {
  return {
    batch: info.batchSize,
    inChannels: info.inChannels,
    outChannels: info.outChannels,
    input: [1, info.inHeight, info.inWidth],
    output: [1, info.outHeight, info.outWidth],
    window: [1, info.filterHeight, info.filterWidth],
    stride: [1, info.strideHeight, info.strideWidth],
    padding: [0, info.padInfo.top, info.padInfo.left],
  };
}

export function overVolumes(info: tf.backend_util.Conv3DInfo): Sliding {
  return {
    batch: info.batchSize,
    inChannels: info.inChannels,
    outChannels: info.outChannels,
    input: [info.inDepth, info.inHeight, info.inWidth],
    output: [info.outDepth, info.outHeight, info.outWidth],
    window: [info.filterDepth, info.filterHeight, info.filterWidth],
    stride: [info.strideDepth, info.strideHeight, info.strideWidth],
    padding: [info.padInfo.front, info.padInfo.top, info.padInfo.left],
  };
}

/** The numbers of a sliding window in the order in which the module's functions take them. */
export function extentsOf(sliding: Sliding): number[] {
  const { input, output, window, stride, padding } = sliding;
  return [...input, ...output, ...window, ...stride, ...padding];
}
