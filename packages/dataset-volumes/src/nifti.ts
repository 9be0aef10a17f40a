import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { createGunzip, gunzip, gzip } from 'node:zlib';
import {
  badAffine,
  cannotRead,
  notNifti,
  truncated,
  unknownDatatype,
  wrongDimensions,
} from './errors.ts';

/** Three rows of four: voxel [i, j, k, 1] to millimetres in RAS+. */
export type Affine = readonly (readonly [number, number, number, number])[];

export interface Header {
  /** As it stands in the file. */
  readonly bytes: Uint8Array;
  readonly littleEndian: boolean;
  /** Voxels along i, j and k. */
  readonly extent: readonly [number, number, number];
  readonly channels: number;
  readonly datatype: number;
  readonly offset: number;
  readonly slope: number;
  readonly intercept: number;
  readonly affine: Affine;
}

export interface Volume {
  readonly header: Header;
  /** i fastest, then j, k and the channel; scaled by slope and intercept. */
  readonly values: Float32Array | Float64Array;
}

const HEADER = 348;

/** Bytes a voxel and how one is read, by NIfTI datatype. */
const readers: Record<number, readonly [number, (v: DataView, at: number, le: boolean) => number]> =
  {
    2: [1, (view, at) => view.getUint8(at)],
    4: [2, (view, at, little) => view.getInt16(at, little)],
    8: [4, (view, at, little) => view.getInt32(at, little)],
    16: [4, (view, at, little) => view.getFloat32(at, little)],
    64: [8, (view, at, little) => view.getFloat64(at, little)],
    256: [1, (view, at) => view.getInt8(at)],
    512: [2, (view, at, little) => view.getUint16(at, little)],
    768: [4, (view, at, little) => view.getUint32(at, little)],
  };

/** Reads only as much of a file as its header needs. */
export async function readHeader(file: string): Promise<Header> {
  const source = createReadStream(file);
  const stream = file.endsWith('.gz') ? source.pipe(createGunzip()) : source;
  source.on('error', (error) => stream.destroy(error));
  const parts: Buffer[] = [];
  let length = 0;
  try {
    for await (const part of stream) {
      parts.push(part as Buffer);
      length += (part as Buffer).length;
      if (length >= HEADER) break;
    }
  } catch (error) {
    throw cannotRead(file, error);
  } finally {
    source.destroy();
  }
  return parseHeader(file, Buffer.concat(parts));
}

export async function readVolume(file: string): Promise<Volume> {
  let bytes: Buffer;
  try {
    bytes = await readFile(file);
    if (file.endsWith('.gz')) bytes = await promisify(gunzip)(bytes);
  } catch (error) {
    throw cannotRead(file, error);
  }
  const header = parseHeader(file, bytes);
  const count = header.extent.reduce((product, extent) => product * extent, header.channels);
  const [width, read] = readers[header.datatype]!;
  const end = header.offset + count * width;
  if (bytes.length < end) throw truncated(file, end, bytes.length);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  // float32 does not hold every label of 32 bits.
  const values =
    header.datatype === 8 || header.datatype === 768 || header.datatype === 64
      ? new Float64Array(count)
      : new Float32Array(count);
  for (let index = 0; index < count; index++) {
    const stored = read(view, header.offset + index * width, header.littleEndian);
    values[index] = stored * header.slope + header.intercept;
  }
  return { header, values };
}

/**
 * A .nii.gz file of other values on a volume's grid: place, axes and byte order stay, also the codes
 * that say what space the affine leads to.
 *
 * @param values one a voxel, in the order of the file
 * @param slope what a stored value is multiplied with
 */
export async function niftiOn(
  { bytes: original, extent, littleEndian: little }: Header,
  values: Uint8Array | Uint16Array,
  slope = 1,
): Promise<Uint8Array> {
  const width = values.BYTES_PER_ELEMENT;
  const offset = HEADER + 4;
  const bytes = new Uint8Array(offset + values.length * width);
  bytes.set(original);
  const view = new DataView(bytes.buffer);
  for (const [axis, size] of [3, ...extent, 1, 1, 1, 1].entries()) {
    view.setInt16(40 + 2 * axis, size, little);
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

/** Field offsets: nifti1.h (Cox et al. 2004). */
function parseHeader(file: string, bytes: Buffer): Header {
  if (bytes.length < HEADER) throw truncated(file, HEADER, bytes.length);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const little = view.getInt32(0, true) === HEADER;
  if (!little && view.getInt32(0, false) !== HEADER) {
    throw notNifti(file, `a first field of ${view.getInt32(0, true)}`);
  }
  const magic = bytes.toString('latin1', 344, 347);
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
  const affine = affineOf(short, float);
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
  return {
    bytes: Uint8Array.from(bytes.subarray(0, HEADER)),
    littleEndian: little,
    extent: [i, j, k],
    channels,
    datatype,
    offset: Math.max(HEADER + 4, float(108)),
    slope: scaled ? slope : 1,
    intercept: scaled ? float(116) : 0,
    affine,
  };
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
