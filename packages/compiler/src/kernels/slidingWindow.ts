import { tf } from '@raremask/tfjs';
import type { Attributes } from '../graph.ts';
import { Unsupported } from './kernel.ts';

/** A window that slides over space: sizes along each axis of space. */
export interface SlidingWindow {
  readonly size: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  /** Pixels of padding before the image and behind it. */
  readonly before: readonly number[];
  readonly after: readonly number[];
  /** Extents of the image that the window slides over, and of the result. */
  readonly input: readonly number[];
  readonly output: readonly number[];
}

type Shape4 = [number, number, number, number];
type Shape5 = [number, number, number, number, number];

/** @param images [batch, ...space, channels] @param filter [...size, in, out] */
export function convolutionWindow(
  images: readonly number[],
  filter: readonly number[],
  attributes: Attributes,
): SlidingWindow {
  requireChannelsLast(attributes);
  const { strides, pad, dilations, dimRoundingMode } = attributes as {
    strides: number | [number, number];
    pad: 'valid' | 'same' | number;
    dilations?: number | [number, number];
    dimRoundingMode?: 'floor' | 'round' | 'ceil';
  };
  if (images.length === 5) {
    return from3d(
      tf.backend_util.computeConv3DInfo(
        images as Shape5,
        filter as Shape5,
        strides as unknown as [number, number, number],
        (dilations ?? 1) as unknown as [number, number, number],
        pad as 'valid',
      ),
    );
  }
  return from2d(
    tf.backend_util.computeConv2DInfo(
      images as Shape4,
      filter as Shape4,
      strides,
      dilations ?? 1,
      pad,
      dimRoundingMode,
      false,
      'channelsLast',
    ),
  );
}

/** @param images [batch, height, width, channels] @param filter [height, width, channels, multiplier] */
export function depthwiseWindow(
  images: readonly number[],
  filter: readonly number[],
  attributes: Attributes,
): SlidingWindow {
  const { strides, pad, dilations, dimRoundingMode } = attributes as {
    strides: number | [number, number];
    pad: 'valid' | 'same' | number;
    dilations?: number | [number, number];
    dimRoundingMode?: 'floor' | 'round' | 'ceil';
  };
  return from2d(
    tf.backend_util.computeConv2DInfo(
      images as Shape4,
      filter as Shape4,
      strides,
      dilations ?? 1,
      pad,
      dimRoundingMode,
      true,
      'channelsLast',
    ),
  );
}

/** @param images [batch, ...space, channels] */
export function poolingWindow(images: readonly number[], attributes: Attributes): SlidingWindow {
  requireChannelsLast(attributes);
  const { filterSize, strides, pad, dimRoundingMode } = attributes as {
    filterSize: number | [number, number];
    strides: number | [number, number];
    pad: 'valid' | 'same' | number;
    dimRoundingMode?: 'floor' | 'round' | 'ceil';
  };
  if (images.length === 5) {
    return from3d(
      tf.backend_util.computePool3DInfo(
        images as Shape5,
        filterSize as unknown as [number, number, number],
        strides as unknown as [number, number, number],
        1,
        pad as 'valid',
        dimRoundingMode,
      ),
    );
  }
  return from2d(
    tf.backend_util.computePool2DInfo(
      images as Shape4,
      filterSize,
      strides,
      1,
      pad,
      dimRoundingMode,
    ),
  );
}

/** Rows behind the last that a window reaches; a gradient there is 0. */
export function unreached(window: SlidingWindow): number[] {
  const { size, strides, dilations, before, after, input, output } = window;
  return output.map((extent, axis) => {
    const reached = (extent - 1) * strides[axis]! + (size[axis]! - 1) * dilations[axis]! + 1;
    return input[axis]! - (reached - before[axis]! - after[axis]!);
  });
}

function requireChannelsLast({ dataFormat }: Attributes): void {
  if (dataFormat !== undefined && dataFormat !== 'NHWC' && dataFormat !== 'NDHWC') {
    throw new Unsupported(`the data format ${String(dataFormat)}`);
  }
}

function from2d(info: tf.backend_util.Conv2DInfo): SlidingWindow {
  const { padInfo } = info;
  return {
    size: [info.filterHeight, info.filterWidth],
    strides: [info.strideHeight, info.strideWidth],
    dilations: [info.dilationHeight, info.dilationWidth],
    before: [padInfo.top, padInfo.left],
    after: [padInfo.bottom, padInfo.right],
    input: [info.inHeight, info.inWidth],
    output: [info.outHeight, info.outWidth],
  };
}

function from3d(info: tf.backend_util.Conv3DInfo): SlidingWindow {
  const { padInfo } = info;
  return {
    size: [info.filterDepth, info.filterHeight, info.filterWidth],
    strides: [info.strideDepth, info.strideHeight, info.strideWidth],
    dilations: [info.dilationDepth, info.dilationHeight, info.dilationWidth],
    before: [padInfo.front, padInfo.top, padInfo.left],
    after: [padInfo.back, padInfo.bottom, padInfo.right],
    input: [info.inDepth, info.inHeight, info.inWidth],
    output: [info.outDepth, info.outHeight, info.outWidth],
  };
}
