import type { Machine } from './machine.ts';

const DYNAMIC = 6;
const NEEDED = 1n;

/**
 * File names of the libraries that a library of Linux loads with itself, from its dynamic section (System V
 * ABI, chapter 5); undefined where the file cannot be read or is no such library of 64 bits.
 */
export function neededBy(machine: Machine, path: string): readonly string[] | undefined {
  const head = viewOf(machine.bytes(path, 0, 64));
  if (head === undefined || head.getUint32(0) !== 0x7f454c46 || head.getUint8(4) !== 2)
    return undefined;
  const at = Number(head.getBigUint64(40, true));
  const [size, count] = [head.getUint16(58, true), head.getUint16(60, true)];
  const sections = viewOf(machine.bytes(path, at, size * count));
  if (sections === undefined) return undefined;
  const place = (index: number) => ({
    offset: Number(sections.getBigUint64(index * size + 24, true)),
    length: Number(sections.getBigUint64(index * size + 32, true)),
  });
  for (let index = 0; index < count; index++) {
    if (sections.getUint32(index * size + 4, true) !== DYNAMIC) continue;
    const [table, strings] = [place(index), place(sections.getUint32(index * size + 40, true))];
    const entries = viewOf(machine.bytes(path, table.offset, table.length));
    const text = machine.bytes(path, strings.offset, strings.length);
    if (entries === undefined || text === undefined) return undefined;
    const names: string[] = [];
    for (let entry = 0; entry + 16 <= entries.byteLength; entry += 16) {
      if (entries.getBigInt64(entry, true) !== NEEDED) continue;
      const from = Number(entries.getBigUint64(entry + 8, true));
      names.push(Buffer.from(text.subarray(from, text.indexOf(0, from))).toString('latin1'));
    }
    return names;
  }
  return [];
}

function viewOf(bytes: Uint8Array | undefined): DataView | undefined {
  return bytes && new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
