import { readFile } from 'node:fs/promises';
import type { Slice } from './dicomSlice.ts';

/** Intensities of slices that are not compressed, each by its own scaling, one slice behind the other. */
export async function readPixels(slices: readonly Slice[]): Promise<Float32Array | Float64Array> {
  const size = slices[0]!.rows * slices[0]!.columns;
  // float32 does not hold every label of 32 bits.
  const wide = slices.some(({ pixels }) => pixels.bits > 16);
  const values = wide
    ? new Float64Array(size * slices.length)
    : new Float32Array(size * slices.length);
  for (const [index, slice] of slices.entries()) {
    putIntensities(
      slice,
      await readFile(slice.file),
      values.subarray(index * size, (index + 1) * size),
    );
  }
  return values;
}

function putIntensities(
  { pixels }: Slice,
  bytes: Buffer,
  values: Float32Array | Float64Array,
): void {
  const { at, bits, stored, high, signed, inverted, slope, intercept } = pixels;
  const own = Uint8Array.prototype.slice.call(bytes, at!, at! + (values.length * bits) / 8);
  const raw = { 8: Uint8Array, 16: Uint16Array, 32: Uint32Array }[bits as 8 | 16 | 32];
  const numbers = new raw(own.buffer);
  const shift = high - stored + 1;
  const mask = stored === 32 ? -1 : 2 ** stored - 1;
  const half = signed ? 2 ** (stored - 1) : Number.POSITIVE_INFINITY;
  // The sum of the smallest and the largest number that these bits can hold.
  const ends = signed ? -1 : 2 ** stored - 1;
  for (let pixel = 0; pixel < values.length; pixel++) {
    let value = ((numbers[pixel]! >>> shift) & mask) >>> 0;
    if (value >= half) value -= 2 * half;
    values[pixel] = (inverted ? ends - value : value) * slope + intercept;
  }
}
