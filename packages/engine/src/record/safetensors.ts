import { readFile } from 'node:fs/promises';
import { writeAtomically } from '@raremask/record';
import { brokenCheckpoint } from '../errors.ts';

/** A named float32 array with its shape. */
export interface NamedArray {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/**
 * Writes arrays in the safetensors format: eight bytes of header length, a JSON header, the values.
 * The file can be opened from Python with the package of that name. Written atomically.
 *
 * @param metadata texts that go into the header under `__metadata__`
 */
export async function writeSafetensors(
  path: string,
  arrays: readonly NamedArray[],
  metadata: Readonly<Record<string, string>>,
): Promise<void> {
  const header: Record<string, unknown> = { __metadata__: metadata };
  let offset = 0;
  for (const { name, shape, values } of arrays) {
    header[name] = { dtype: 'F32', shape, data_offsets: [offset, offset + values.byteLength] };
    offset += values.byteLength;
  }
  const json = Buffer.from(JSON.stringify(header));
  const padding = Buffer.alloc((8 - (json.length % 8)) % 8, ' ');
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length + padding.length));
  await writeAtomically(path, [
    length,
    json,
    padding,
    ...arrays.map(
      ({ values }) => new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
    ),
  ]);
}

export interface SafetensorsFile {
  readonly arrays: ReadonlyMap<string, NamedArray>;
  readonly metadata: Readonly<Record<string, string>>;
}

/** What a safetensors file of any origin may hold beside float32. Whole numbers are left out. */
type Decode = (dtype: string, bytes: Uint8Array) => Float32Array | undefined;

/**
 * Reads a safetensors file of float32 arrays; a damaged one gives an error that names the file.
 *
 * @param decode values of other types; where it gives none, the array is left out. Without it, another
 *   type is an error.
 */
export async function readSafetensors(path: string, decode?: Decode): Promise<SafetensorsFile> {
  const bytes = await readFile(path).catch((error: unknown) => {
    throw brokenCheckpoint(path, 'the file cannot be read', error);
  });
  if (bytes.length < 8) throw brokenCheckpoint(path, 'the file is shorter than its header');
  const headerLength = Number(bytes.readBigUInt64LE(0));
  if (headerLength > bytes.length - 8) {
    throw brokenCheckpoint(path, 'the file is cut off inside its header');
  }
  const header = parseHeader(path, bytes.subarray(8, 8 + headerLength).toString());
  const data = bytes.subarray(8 + headerLength);
  const arrays = new Map<string, NamedArray>();
  const { __metadata__: metadata = {}, ...entries } = header;
  for (const [name, entry] of Object.entries(entries)) {
    const {
      dtype,
      shape,
      data_offsets: offsets,
    } = entry as {
      dtype: string;
      shape: number[];
      data_offsets: [number, number];
    };
    const [begin, end] = offsets;
    const size = shape.reduce((product, extent) => product * extent, 1);
    if (end > data.length) throw brokenCheckpoint(path, `the file is cut off inside ${name}`);
    if (dtype !== 'F32') {
      if (!decode) throw brokenCheckpoint(path, `${name} is ${dtype}, not F32`);
      const values = decode(dtype, data.subarray(begin, end));
      if (values?.length === size) arrays.set(name, { name, shape, values });
      continue;
    }
    if (end - begin !== size * 4) throw brokenCheckpoint(path, `${name} has the wrong length`);
    const values = new Float32Array(size);
    new Uint8Array(values.buffer).set(data.subarray(begin, end));
    arrays.set(name, { name, shape, values });
  }
  return { arrays, metadata: metadata as Record<string, string> };
}

function parseHeader(path: string, text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch (error) {
    throw brokenCheckpoint(path, 'its header is not JSON', error);
  }
}
