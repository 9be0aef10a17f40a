import { IGNORE } from '@raremask/core';

/** One window of a batch on its way: what augmentations change. */
export interface WindowArrays {
  /** Extent of the arrays along each axis, with the padding. */
  readonly size: readonly number[];
  readonly channels: number;
  /** Normalised, [...size, channels]. */
  readonly image: Float32Array;
  /** As a sample's: [...size], or [...size, classes]; IGNORE beside the image. */
  readonly labels: Uint8Array;
  /** How many times each pixel counts, before the weights of classes, [...size]. */
  readonly weight: Float32Array;
  /** 1 where the image has something, 0 beside it, [...size]. */
  readonly inside: Uint8Array;
}

/** Forgets all of a window. */
export function clear({ image, labels, weight, inside }: WindowArrays): void {
  image.fill(0);
  labels.fill(IGNORE);
  weight.fill(0);
  inside.fill(0);
}

/** Sets 0 beside the image. */
export function coverBeside({
  image,
  channels,
  inside,
}: Pick<WindowArrays, 'image' | 'channels' | 'inside'>): void {
  for (let pixel = 0; pixel < inside.length; pixel++) {
    if (inside[pixel] !== 0) continue;
    for (let at = pixel * channels; at < (pixel + 1) * channels; at++) image[at] = 0;
  }
}
