/**
 * Values of the other floating types of a safetensors file, little endian. Undefined for whole numbers,
 * which no weight is made of (PyTorch counts batches in them).
 */
export function wideFloats(dtype: string, bytes: Uint8Array): Float32Array | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (dtype === 'F64') return each(bytes, 8, (at) => view.getFloat64(at, true));
  if (dtype === 'F16') return each(bytes, 2, (at) => half(view.getUint16(at, true)));
  if (dtype === 'BF16') {
    // The upper half of a float32.
    const whole = new DataView(new ArrayBuffer(4));
    return each(bytes, 2, (at) => {
      whole.setUint16(2, view.getUint16(at, true), true);
      return whole.getFloat32(0, true);
    });
  }
  return undefined;
}

function each(bytes: Uint8Array, size: number, read: (at: number) => number): Float32Array {
  return Float32Array.from({ length: bytes.byteLength / size }, (_, index) => read(index * size));
}

/** IEEE 754 binary16: a sign, 5 bits of exponent, 10 of fraction. */
function half(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return exponent === 0
    ? sign * fraction * 2 ** -24
    : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
