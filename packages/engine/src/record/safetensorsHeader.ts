import type { ArrayEntry } from './checksums.ts';
import { brokenCheckpoint } from './errors.ts';

/** What stands before the values of a safetensors file. */
interface Header {
  readonly entries: readonly ArrayEntry[];
  readonly metadata: Readonly<Record<string, string>>;
  /** What follows it. */
  readonly data: Uint8Array;
}

/** @throws RaremaskError where an entry is none, or says what the file cannot hold */
export function readHeader(path: string, bytes: Buffer): Header {
  if (bytes.length < 8) throw brokenCheckpoint(path, 'the file is shorter than its header');
  const length = Number(bytes.readBigUInt64LE(0));
  if (length > bytes.length - 8) {
    throw brokenCheckpoint(path, 'the file is cut off inside its header');
  }
  const header = parsed(path, bytes.subarray(8, 8 + length).toString());
  const data = bytes.subarray(8 + length);
  const { __metadata__: metadata = {}, ...rest } = header;
  if (!isTexts(metadata)) throw brokenCheckpoint(path, 'its description is damaged');
  const entries = Object.entries(rest).map(([name, entry]) => {
    const read = entryOf(name, entry);
    if (read === undefined) throw brokenCheckpoint(path, `the entry of ${name} is damaged`);
    if (read.to > data.length) throw brokenCheckpoint(path, `the file is cut off inside ${name}`);
    return read;
  });
  return { entries, metadata, data };
}

function parsed(path: string, text: string): Record<string, unknown> {
  let header: unknown;
  try {
    header = JSON.parse(text);
  } catch (error) {
    throw brokenCheckpoint(path, 'its header is not JSON', error);
  }
  if (!isMap(header)) throw brokenCheckpoint(path, 'its header is no JSON object');
  return header;
}

function entryOf(name: string, entry: unknown): ArrayEntry | undefined {
  if (!isMap(entry)) return undefined;
  const { dtype, shape, data_offsets: offsets } = entry;
  if (typeof dtype !== 'string' || !isCounts(shape) || !isCounts(offsets)) return undefined;
  const [from, to] = offsets;
  if (from === undefined || to === undefined || offsets.length > 2 || from > to) return undefined;
  return { name, dtype, shape, from, to };
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isTexts(value: unknown): value is Record<string, string> {
  return isMap(value) && Object.values(value).every((text) => typeof text === 'string');
}

function isCounts(value: unknown): value is readonly number[] {
  return (
    Array.isArray(value) &&
    value.every((count) => Number.isSafeInteger(count) && Number(count) >= 0)
  );
}
