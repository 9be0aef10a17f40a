/** Pixels in memory. */
export interface Raster {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  /** Channels last, rows from the top. */
  readonly data: Uint8Array | Uint16Array | Float32Array;
}

/** A picture as its file stores it. */
export interface Stored extends Raster {
  /** Whether the first three channels are red, green and blue. */
  readonly colour: boolean;
  /** Channels that are alpha, by their index. */
  readonly alpha: readonly number[];
}

/** An array of the same type. */
export function sameKind(like: Raster['data'], length: number): Raster['data'] {
  if (like instanceof Uint8Array) return new Uint8Array(length);
  return like instanceof Uint16Array ? new Uint16Array(length) : new Float32Array(length);
}

/** Some of the channels, in the order of `indices`. */
export function pickChannels(raster: Raster, indices: readonly number[]): Raster {
  const { width, height, channels, data } = raster;
  if (indices.length === channels && indices.every((index, at) => index === at)) return raster;
  const values = sameKind(data, width * height * indices.length);
  for (let pixel = 0, to = 0; pixel < width * height; pixel++) {
    for (const index of indices) values[to++] = data[pixel * channels + index]!;
  }
  return { width, height, channels: indices.length, data: values };
}
