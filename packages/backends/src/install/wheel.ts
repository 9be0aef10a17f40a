import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { inflateRawSync } from 'node:zlib';
import { damagedWheel } from '../errors.ts';

/** A file inside a wheel. */
interface Entry {
  readonly name: string;
  readonly deflated: boolean;
  /** Bytes in the wheel, and where they begin. */
  readonly packed: number;
  readonly header: number;
}

/** A wheel of Python: a zip file, whose RECORD has the checksum of every file in it (PEP 427). */
export interface Wheel {
  readonly path: string;
  readonly names: readonly string[];
  /** @throws RaremaskError where the bytes are not those of RECORD */
  read(name: string): Uint8Array;
}

const END = 0x06054b50;
const CENTRAL = 0x02014b50;

/** @throws RaremaskError where the file is no wheel */
export function openWheel(path: string): Wheel {
  const entries = entriesOf(path);
  const record = [...entries.keys()].find((name) => /^[^/]+\.dist-info\/RECORD$/.test(name));
  if (record === undefined) throw damagedWheel(path, 'it has no RECORD of its files');
  const checksums = new Map(
    Buffer.from(bytesOf(path, entries.get(record)!))
      .toString('utf8')
      .split('\n')
      .map((line) => /^"?(.+?)"?,sha256=([\w-]+),\d*\r?$/.exec(line))
      .flatMap((match) => (match ? [[match[1]!, match[2]!] as const] : [])),
  );
  return {
    path,
    names: [...entries.keys()],
    read(name) {
      const bytes = bytesOf(path, entries.get(name)!);
      const found = createHash('sha256').update(bytes).digest('base64url');
      if (found !== checksums.get(name)) {
        throw damagedWheel(path, `${name} is not what its RECORD says: ${found}`);
      }
      return bytes;
    },
  };
}

function part(path: string, offset: number, length: number): Buffer {
  const file = openSync(path, 'r');
  try {
    const buffer = Buffer.alloc(length);
    return buffer.subarray(0, readSync(file, buffer, 0, length, offset));
  } finally {
    closeSync(file);
  }
}

function entriesOf(path: string): Map<string, Entry> {
  const { size } = statSync(path);
  // The end of the list is followed by a comment of at most 64 KiB.
  const from = Math.max(0, size - 22 - 2 ** 16);
  const tail = part(path, from, size - from);
  let end = tail.length - 22;
  while (end >= 0 && tail.readUInt32LE(end) !== END) end--;
  if (end < 0) throw damagedWheel(path, 'it is no zip file, or not all of it is there');
  const list = part(path, tail.readUInt32LE(end + 16), tail.readUInt32LE(end + 12));
  const entries = new Map<string, Entry>();
  for (let at = 0; at + 46 <= list.length && list.readUInt32LE(at) === CENTRAL; ) {
    const [nameLength, extra, comment] = [28, 30, 32].map((o) => list.readUInt16LE(at + o)) as [
      number,
      number,
      number,
    ];
    const name = list.toString('utf8', at + 46, at + 46 + nameLength);
    entries.set(name, {
      name,
      deflated: list.readUInt16LE(at + 10) === 8,
      packed: list.readUInt32LE(at + 20),
      header: list.readUInt32LE(at + 42),
    });
    at += 46 + nameLength + extra + comment;
  }
  return entries;
}

function bytesOf(path: string, { name, deflated, packed, header }: Entry): Uint8Array {
  const local = part(path, header, 30);
  const start = header + 30 + local.readUInt16LE(26) + local.readUInt16LE(28);
  const bytes = part(path, start, packed);
  try {
    return deflated ? inflateRawSync(bytes) : bytes;
  } catch {
    throw damagedWheel(path, `${name} cannot be unpacked`);
  }
}
