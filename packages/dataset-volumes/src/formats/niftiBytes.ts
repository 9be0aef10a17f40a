import {
  analyze,
  headerAndImage,
  niftiTwo,
  notNifti,
  tooLong,
  truncated,
  unknownDatatype,
  wrongDimensions,
} from './errors.ts';
import { checkedAffine, placeOf } from './niftiPlace.ts';
import type { Header, Values, Volume } from './volume.ts';

interface NiftiHeader extends Header {
  readonly nifti: { readonly bytes: Uint8Array; readonly littleEndian: boolean };
  readonly datatype: number;
  readonly offset: number;
  readonly slope: number;
  readonly intercept: number;
}

/** Bytes of a header. */
export const HEADER = 348;

/** Bytes of a voxel and how voxels are seen, by NIfTI datatype. */
const readers: Record<number, readonly [number, (buffer: ArrayBuffer) => Values]> = {
  2: [1, (buffer) => new Uint8Array(buffer)],
  4: [2, (buffer) => new Int16Array(buffer)],
  8: [4, (buffer) => new Int32Array(buffer)],
  16: [4, (buffer) => new Float32Array(buffer)],
  64: [8, (buffer) => new Float64Array(buffer)],
  256: [1, (buffer) => new Int8Array(buffer)],
  512: [2, (buffer) => new Uint16Array(buffer)],
  768: [4, (buffer) => new Uint32Array(buffer)],
  1024: [8, (buffer) => Float64Array.from(new BigInt64Array(buffer), Number)],
  1280: [8, (buffer) => Float64Array.from(new BigUint64Array(buffer), Number)],
};

/**
 * The volume that the bytes of an unpacked file hold.
 *
 * @param file name that errors give
 */
export function niftiVolume(file: string, bytes: Uint8Array): Volume {
  const header = parseHeader(file, bytes);
  const { offset, datatype, slope, intercept } = header;
  const count = header.extent.reduce((product, extent) => product * extent, header.channels);
  const [width, see] = readers[datatype]!;
  const end = offset + count * width;
  if (bytes.length < end) throw truncated(file, end, bytes.length);
  if (bytes.length > end) throw tooLong(file, end, bytes.length);
  const own = Uint8Array.prototype.slice.call(bytes, offset, end);
  if (!header.nifti.littleEndian) swapBytes(own, width);
  const stored = see(own.buffer as ArrayBuffer);
  if (slope === 1 && intercept === 0) return { header, values: stored };
  // float32 does not hold every label of 32 bits.
  const values = width > 2 && datatype !== 16 ? new Float64Array(count) : new Float32Array(count);
  for (let at = 0; at < count; at++) values[at] = stored[at]! * slope + intercept;
  return { header, values };
}

/** By what the file holds: names are wrong about it often. */
export function startsAsGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

function swapBytes(bytes: Uint8Array, width: number): void {
  for (let start = 0; start < bytes.length; start += width) {
    for (let low = start, high = start + width - 1; low < high; low++, high--) {
      const byte = bytes[low]!;
      bytes[low] = bytes[high]!;
      bytes[high] = byte;
    }
  }
}

/**
 * A NIfTI file, not packed, of other values on a volume's grid: place, axes and byte order stay, also the codes
 * that say what space the affine leads to.
 *
 * @param values one a voxel, in the order of the file
 * @param slope what a stored value is multiplied with
 */
export function niftiOn(header: Header, values: Uint8Array | Uint16Array, slope = 1): Uint8Array {
  const { bytes: original, littleEndian: little } = header.nifti ?? newHeader(header);
  const width = values.BYTES_PER_ELEMENT;
  const offset = HEADER + 4;
  const bytes = new Uint8Array(offset + values.length * width);
  bytes.set(original);
  const view = new DataView(bytes.buffer);
  for (const [axis, extent] of [3, ...header.extent, 1, 1, 1, 1].entries()) {
    view.setInt16(40 + 2 * axis, extent, little);
  }
  // Intent, description, auxiliary file and name told of the image.
  for (const [from, to] of [
    [56, 70],
    [148, 252],
    [328, 344],
  ] as const) {
    bytes.fill(0, from, to);
  }
  view.setInt16(70, width === 1 ? 2 : 512, little);
  view.setInt16(72, 8 * width, little);
  view.setFloat32(108, offset, little);
  view.setFloat32(112, slope, little);
  view.setFloat32(116, 0, little);
  // Range that viewers show: 0 and 0 leave it to them.
  view.setFloat32(124, 0, little);
  view.setFloat32(128, 0, little);
  bytes.set([0x6e, 0x2b, 0x31, 0], 344);
  if (width === 1) bytes.set(values, offset);
  else for (const [at, value] of values.entries()) view.setUint16(offset + 2 * at, value, little);
  return bytes;
}

/** The header of a grid that comes from another kind of file: millimetres, place by sform. */
function newHeader({ affine }: Header): NiftiHeader['nifti'] {
  const bytes = new Uint8Array(HEADER);
  const view = new DataView(bytes.buffer);
  view.setInt32(0, HEADER, true);
  view.setFloat32(76, 1, true);
  for (const axis of [0, 1, 2]) {
    const length = Math.hypot(...affine.map((row) => row[axis]!));
    view.setFloat32(80 + 4 * axis, length, true);
  }
  view.setUint8(123, 2);
  // Coordinates of the scanner.
  view.setInt16(254, 1, true);
  for (const [at, value] of affine.flat().entries()) view.setFloat32(280 + 4 * at, value, true);
  return { bytes, littleEndian: true };
}

/** Field offsets: nifti1.h (Cox et al. 2004). */
export function parseHeader(file: string, bytes: Uint8Array): NiftiHeader {
  if (bytes.length < HEADER) throw truncated(file, HEADER, bytes.length);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const little = view.getInt32(0, true) === HEADER;
  if (!little && view.getInt32(0, false) !== HEADER) {
    if (view.getInt32(0, true) === 540 || view.getInt32(0, false) === 540) throw niftiTwo(file);
    throw notNifti(file, `a first field of ${view.getInt32(0, true)}`);
  }
  const magic = String.fromCharCode(...bytes.subarray(344, 347));
  if (magic === 'ni1') throw headerAndImage(file);
  if (magic === '\0\0\0') throw analyze(file);
  if (magic !== 'n+1') throw notNifti(file, `the magic ${JSON.stringify(magic)}`);
  const short = (at: number) => view.getInt16(at, little);
  const float = (at: number) => view.getFloat32(at, little);
  const rank = Math.max(0, Math.min(7, short(40)));
  const dimensions = Array.from({ length: rank }, (_, axis) => short(42 + 2 * axis));
  const [i = 0, j = 0, k = 0, channels = 1, ...others] = dimensions;
  if (rank < 3 || dimensions.some((extent) => extent < 1) || others.some((extent) => extent > 1)) {
    throw wrongDimensions(file, dimensions);
  }
  const datatype = short(70);
  if (readers[datatype] === undefined) throw unknownDatatype(file, datatype);
  const stated = float(108);
  if (!Number.isFinite(stated)) throw notNifti(file, `voxels that begin at byte ${stated}`);
  const slope = float(112);
  const scaled = slope !== 0 && Number.isFinite(slope);
  const { affine, contradiction } = placeOf(short, float, [i, j, k]);
  return {
    nifti: { bytes: Uint8Array.from(bytes.subarray(0, HEADER)), littleEndian: little },
    extent: [i, j, k],
    channels,
    datatype,
    offset: Math.max(HEADER + 4, Math.trunc(stated)),
    slope: scaled ? slope : 1,
    intercept: scaled ? float(116) : 0,
    affine: checkedAffine(file, affine),
    ...(contradiction && { contradiction }),
  };
}
