/** The normalised intensities of one window, changed in place. */
export interface Pixels {
  /** [...size, channels]. */
  readonly values: Float32Array;
  readonly channels: number;
  /** Extent along each axis, with the padding. */
  readonly size: readonly number[];
  /** 1 where the image has something, 0 beside it. */
  readonly inside: Uint8Array;
}

/** A window's truth, changed in place. */
export interface Truth {
  /** [...size, classes]. */
  readonly target: Float32Array;
  readonly classes: number;
  /** [...size]. */
  readonly weight: Float32Array;
}

/** Mean, smallest and largest value of one channel, over the pixels of the image. */
export function rangeOfChannel(
  { values, channels, inside }: Pixels,
  channel: number,
): { mean: number; least: number; most: number } {
  let sum = 0;
  let count = 0;
  let least = Number.POSITIVE_INFINITY;
  let most = Number.NEGATIVE_INFINITY;
  for (let pixel = 0, at = channel; pixel < inside.length; pixel++, at += channels) {
    if (inside[pixel] === 0) continue;
    const value = values[at]!;
    sum += value;
    count++;
    if (value < least) least = value;
    if (value > most) most = value;
  }
  return { mean: count === 0 ? 0 : sum / count, least, most };
}

/** Sets 0 beside the image. */
export function coverBeside({ values, channels, inside }: Pixels): void {
  for (let pixel = 0; pixel < inside.length; pixel++) {
    if (inside[pixel] !== 0) continue;
    for (let at = pixel * channels; at < (pixel + 1) * channels; at++) values[at] = 0;
  }
}
