import type { Raster } from '../raster.ts';
import type { Layout } from './layout.ts';
import type { Segment } from './segments.ts';

/** Whole numbers that a 32-bit float holds exactly go up to this one. */
const EXACT = 2 ** 24;

/** Memory for the values of a picture. */
export function emptyValues({ format, bits, width, height, samples }: Layout): Raster['data'] {
  const length = width * height * samples;
  if (format === 'unsigned' && bits <= 8) return new Uint8Array(length);
  if (format === 'unsigned' && bits <= 16) return new Uint16Array(length);
  return new Float32Array(length);
}

/** Whether values of this kind are read. */
export function isReadable({ format, bits }: Layout): boolean {
  if (format === 'unsigned') return (bits >= 1 && bits <= 16) || bits === 32;
  if (format === 'signed') return bits === 8 || bits === 16 || bits === 32;
  return bits === 16 || bits === 32 || bits === 64;
}

/**
 * Puts the values of a strip or tile where they belong; what lies beyond the picture is left out.
 * Throws an error where a whole number would not be the same as a 32-bit float.
 */
export function placeValues(
  target: Raster['data'],
  bytes: Uint8Array,
  segment: Segment,
  layout: Layout,
): void {
  const { width, height, samples, bits } = layout;
  const valueAt = reader(bytes, layout);
  const perRow = segment.width * segment.samples;
  const rowBits = Math.ceil((perRow * bits) / 8) * 8;
  const rows = Math.min(segment.height, height - segment.top);
  const columns = Math.min(segment.width, width - segment.left);
  const whole = layout.format !== 'float' && bits === 32;
  for (let y = 0; y < rows; y++) {
    if (bits === 8 && layout.format === 'unsigned' && segment.samples === samples) {
      const from = (y * rowBits) / 8;
      const to = ((segment.top + y) * width + segment.left) * samples;
      target.set(bytes.subarray(from, from + columns * samples), to);
      continue;
    }
    for (let x = 0; x < columns; x++) {
      const from = y * rowBits + x * segment.samples * bits;
      const to = ((segment.top + y) * width + segment.left + x) * samples + segment.sample;
      for (let sample = 0; sample < segment.samples; sample++) {
        const value = valueAt(from + sample * bits);
        if (whole && Math.abs(value) > EXACT) {
          const place = `(x ${segment.left + x}, y ${segment.top + y})`;
          throw new InexactValue(`${value} at pixel ${place}`);
        }
        target[to + sample] = value;
      }
    }
  }
}

/** A whole number that a 32-bit float cannot hold. */
export class InexactValue extends Error {}

/** Reads the value that begins at a bit. */
function reader(bytes: Uint8Array, { bits, format, little }: Layout): (bit: number) => number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (format === 'float') {
    if (bits === 16) return (bit) => halfFloat(view.getUint16(bit >> 3, little));
    return bits === 32
      ? (bit) => view.getFloat32(bit / 8, little)
      : (bit) => view.getFloat64(bit / 8, little);
  }
  if (format === 'signed') {
    if (bits === 8) return (bit) => view.getInt8(bit / 8);
    return bits === 16
      ? (bit) => view.getInt16(bit / 8, little)
      : (bit) => view.getInt32(bit / 8, little);
  }
  if (bits === 8) return (bit) => bytes[bit / 8]!;
  if (bits === 16) return (bit) => view.getUint16(bit / 8, little);
  if (bits === 32) return (bit) => view.getUint32(bit / 8, little);
  // Packed values follow each other from the high bits on, whatever the order of bytes.
  return (bit) => {
    let value = 0;
    for (let at = bit; at < bit + bits; ) {
      const inByte = at % 8;
      const taken = Math.min(8 - inByte, bit + bits - at);
      const part = (bytes[Math.floor(at / 8)]! >> (8 - inByte - taken)) & ((1 << taken) - 1);
      value = (value << taken) | part;
      at += taken;
    }
    return value;
  };
}

/** A number of IEEE 754's binary16. */
function halfFloat(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1024 + fraction) * 2 ** (exponent - 25);
}
