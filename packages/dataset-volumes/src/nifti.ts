import { createReadStream } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { createGunzip, gunzip, gzip } from 'node:zlib';
import {
  analyze,
  badAffine,
  cannotRead,
  headerAndImage,
  niftiTwo,
  notNifti,
  truncated,
  truncatedArchive,
  unknownDatatype,
  wrongDimensions,
} from './errors.ts';
import type { Affine, Header, Values, Volume } from './volume.ts';

interface NiftiHeader extends Header {
  readonly nifti: { readonly bytes: Uint8Array; readonly littleEndian: boolean };
  readonly datatype: number;
  readonly offset: number;
  readonly slope: number;
  readonly intercept: number;
}

const HEADER = 348;

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

/** Reads only as much of a file as its header needs. */
export async function readNiftiHeader(file: string): Promise<Header> {
  const parts: Buffer[] = [];
  let length = 0;
  try {
    const source = createReadStream(file);
    const stream = (await isGzip(file)) ? source.pipe(createGunzip()) : source;
    source.on('error', (error) => stream.destroy(error));
    try {
      for await (const part of stream) {
        parts.push(part as Buffer);
        length += (part as Buffer).length;
        if (length >= HEADER) break;
      }
    } finally {
      source.destroy();
    }
  } catch (error) {
    throw unpackingFailed(file, error);
  }
  return parseHeader(file, Buffer.concat(parts));
}

export async function readNifti(file: string): Promise<Volume> {
  let bytes: Buffer;
  try {
    bytes = await readFile(file);
    if (startsAsGzip(bytes)) bytes = await promisify(gunzip)(bytes);
  } catch (error) {
    throw unpackingFailed(file, error);
  }
  const header = parseHeader(file, bytes);
  const { offset, datatype, slope, intercept } = header;
  const count = header.extent.reduce((product, extent) => product * extent, header.channels);
  const [width, see] = readers[datatype]!;
  const end = offset + count * width;
  if (bytes.length < end) throw truncated(file, end, bytes.length);
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
async function isGzip(file: string): Promise<boolean> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(2), 0, 2, 0);
    return startsAsGzip(buffer.subarray(0, bytesRead));
  } finally {
    await handle.close();
  }
}

function startsAsGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

function unpackingFailed(file: string, error: unknown): Error {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'Z_BUF_ERROR' ? truncatedArchive(file) : cannotRead(file, error);
}

function swapBytes(bytes: Uint8Array, width: number): void {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (width === 2) buffer.swap16();
  if (width === 4) buffer.swap32();
  if (width === 8) buffer.swap64();
}

/**
 * A .nii.gz file of other values on a volume's grid: place, axes and byte order stay, also the codes
 * that say what space the affine leads to.
 *
 * @param values one a voxel, in the order of the file
 * @param slope what a stored value is multiplied with
 */
export async function niftiOn(
  header: Header,
  values: Uint8Array | Uint16Array,
  slope = 1,
): Promise<Uint8Array> {
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
  return promisify(gzip)(bytes);
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
function parseHeader(file: string, bytes: Buffer): NiftiHeader {
  if (bytes.length < HEADER) throw truncated(file, HEADER, bytes.length);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const little = view.getInt32(0, true) === HEADER;
  if (!little && view.getInt32(0, false) !== HEADER) {
    if (view.getInt32(0, true) === 540 || view.getInt32(0, false) === 540) throw niftiTwo(file);
    throw notNifti(file, `a first field of ${view.getInt32(0, true)}`);
  }
  const magic = bytes.toString('latin1', 344, 347);
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
  const slope = float(112);
  const scaled = slope !== 0 && Number.isFinite(slope);
  return {
    nifti: { bytes: Uint8Array.from(bytes.subarray(0, HEADER)), littleEndian: little },
    extent: [i, j, k],
    channels,
    datatype,
    offset: Math.max(HEADER + 4, float(108)),
    slope: scaled ? slope : 1,
    intercept: scaled ? float(116) : 0,
    affine: checkedAffine(file, affineOf(short, float)),
  };
}

/** Refuses an affine that does not lead every voxel to a place of its own. */
export function checkedAffine(file: string, affine: Affine): Affine {
  const lengths = [0, 1, 2].map((axis) => Math.hypot(...affine.map((row) => row[axis]!)));
  const [a, b, c] = affine as [Affine[0], Affine[0], Affine[0]];
  const determinant =
    a[0] * (b[1] * c[2] - b[2] * c[1]) -
    a[1] * (b[0] * c[2] - b[2] * c[0]) +
    a[2] * (b[0] * c[1] - b[1] * c[0]);
  const volume = lengths.reduce((product, length) => product * length, 1);
  if (!affine.flat().every(Number.isFinite) || !(Math.abs(determinant) > 1e-4 * volume)) {
    throw badAffine(file);
  }
  return affine;
}
/** sform before qform before pixdim, as the standard prefers them. */
function affineOf(short: (at: number) => number, float: (at: number) => number): Affine {
  const row = (at: number) => [float(at), float(at + 4), float(at + 8), float(at + 12)] as const;
  if (short(254) > 0) return [row(280), row(296), row(312)];
  const [x, y, z] = [float(80), float(84), float(88)].map(Math.abs) as [number, number, number];
  if (short(252) <= 0) {
    return [
      [x, 0, 0, 0],
      [0, y, 0, 0],
      [0, 0, z, 0],
    ];
  }
  const [b, c, d] = [float(256), float(260), float(264)] as const;
  const a = Math.sqrt(Math.max(0, 1 - b * b - c * c - d * d));
  const depth = float(76) < 0 ? -z : z;
  return [
    [
      (a * a + b * b - c * c - d * d) * x,
      2 * (b * c - a * d) * y,
      2 * (b * d + a * c) * depth,
      float(268),
    ],
    [
      2 * (b * c + a * d) * x,
      (a * a + c * c - b * b - d * d) * y,
      2 * (c * d - a * b) * depth,
      float(272),
    ],
    [
      2 * (b * d - a * c) * x,
      2 * (c * d + a * b) * y,
      (a * a + d * d - b * b - c * c) * depth,
      float(276),
    ],
  ];
}
