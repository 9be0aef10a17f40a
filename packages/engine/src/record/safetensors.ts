import { readFile } from 'node:fs/promises';
import { writeAtomically } from '@raremask/record';
import { CHECKSUMS, checksumText, verify } from './checksums.ts';
import { brokenCheckpoint } from './errors.ts';
import { readHeader } from './safetensorsHeader.ts';

/** A named float32 array with its shape. */
export interface NamedArray {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/**
 * Writes arrays in the safetensors format: eight bytes of header length, a JSON header, the values.
 * The file can be opened from Python with the package of that name. Written atomically, with a checksum of
 * each array and of the texts among them.
 *
 * @param metadata texts that go into the header under `__metadata__`
 */
export async function writeSafetensors(
  path: string,
  arrays: readonly NamedArray[],
  metadata: Readonly<Record<string, string>>,
): Promise<void> {
  const parts = arrays.map(({ name, shape, values }) => ({
    name,
    dtype: 'F32',
    shape,
    bytes: new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
  }));
  const header: Record<string, unknown> = {
    __metadata__: { ...metadata, [CHECKSUMS]: checksumText(parts, metadata) },
  };
  let offset = 0;
  for (const { name, dtype, shape, bytes } of parts) {
    header[name] = { dtype, shape, data_offsets: [offset, offset + bytes.length] };
    offset += bytes.length;
  }
  const json = Buffer.from(JSON.stringify(header));
  const padding = Buffer.alloc((8 - (json.length % 8)) % 8, ' ');
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length + padding.length));
  await writeAtomically(path, [length, json, padding, ...parts.map(({ bytes }) => bytes)]);
}

export interface SafetensorsFile {
  readonly arrays: ReadonlyMap<string, NamedArray>;
  /** Without the checksums. */
  readonly metadata: Readonly<Record<string, string>>;
  /** Whether it has checksums, which are right then. */
  readonly isVerified: boolean;
}

/** What a safetensors file of any origin may hold beside float32. Whole numbers are left out. */
type Decode = (dtype: string, bytes: Uint8Array) => Float32Array | undefined;

/**
 * Reads a safetensors file of float32 arrays. A damaged one gives an error that names the file, and the
 * array where that is known; of one that we have written, every flipped bit is damage.
 *
 * @param decode values of other types; where it gives none, the array is left out. Without it, another
 *   type is an error.
 */
export async function readSafetensors(path: string, decode?: Decode): Promise<SafetensorsFile> {
  const bytes = await readFile(path).catch((error: unknown) => {
    throw brokenCheckpoint(path, 'the file cannot be read', error);
  });
  const { entries, metadata, data } = readHeader(path, bytes);
  verify(path, entries, metadata, data);
  const arrays = new Map<string, NamedArray>();
  for (const { name, dtype, shape, from, to } of entries) {
    const size = shape.reduce((product, extent) => product * extent, 1);
    if (dtype !== 'F32') {
      if (!decode) throw brokenCheckpoint(path, `${name} is ${dtype}, not F32`);
      const values = decode(dtype, data.subarray(from, to));
      if (values?.length === size) arrays.set(name, { name, shape, values });
      continue;
    }
    if (to - from !== size * 4) throw brokenCheckpoint(path, `${name} has the wrong length`);
    const values = new Float32Array(size);
    new Uint8Array(values.buffer).set(data.subarray(from, to));
    arrays.set(name, { name, shape, values });
  }
  const { [CHECKSUMS]: sums, ...texts } = metadata;
  return { arrays, metadata: texts, isVerified: sums !== undefined };
}
