import type { Machine } from './machine.ts';

const LOADED = 1;
const DYNAMIC = 6;
const NEEDED = 1n;

/** Processors by the number that a library's head has for them. */
const PROCESSORS: Readonly<Record<string, number>> = { x64: 62, arm64: 183 };

/** What is said of a library that the loader passes over, and looks on for another one. */
export const OTHER_PROCESSOR = 'is for another processor';

/** Part of a file, all of it; undefined where the file ends before, or cannot be read. */
function part(
  machine: Machine,
  path: string,
  offset: number,
  length: number,
): DataView | undefined {
  const bytes = machine.bytes(path, offset, length);
  if (bytes === undefined || bytes.byteLength < length) return undefined;
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/**
 * Why the loader of Linux cannot use a library that is there, without a full stop; undefined where its head and its
 * length are right (System V ABI, chapters 4 and 5).
 */
export function libraryFault(machine: Machine, path: string): string | undefined {
  const start = machine.bytes(path, 0, 4);
  if (start === undefined) return 'cannot be read';
  if (start.byteLength === 0) return 'is empty';
  if (Buffer.from(start).toString('latin1') !== '\x7fELF') return 'is no library';
  const head = part(machine, path, 0, 64);
  if (head === undefined) return CUT;
  const wanted = PROCESSORS[machine.arch];
  const isOther = wanted !== undefined && head.getUint16(18, true) !== wanted;
  if (isOther || head.getUint8(4) !== 2) return OTHER_PROCESSOR;
  return isWhole(machine, path, head) ? undefined : CUT;
}

const CUT = 'is cut short';

/** Whether everything that is to be loaded lies in the file: memory behind its end kills whoever reads it. */
function isWhole(machine: Machine, path: string, head: DataView): boolean {
  const [size, count] = [head.getUint16(54, true), head.getUint16(56, true)];
  const segments = part(machine, path, Number(head.getBigUint64(32, true)), size * count);
  if (segments === undefined || size < 56) return count === 0;
  return Array.from({ length: count }, (_, index) => index * size).every((at) => {
    const length = Number(segments.getBigUint64(at + 32, true));
    if (segments.getUint32(at, true) !== LOADED || length === 0) return true;
    const end = Number(segments.getBigUint64(at + 8, true)) + length;
    return part(machine, path, end - 1, 1) !== undefined;
  });
}

/**
 * File names of the libraries that a library of Linux loads with itself, from its dynamic section (System V
 * ABI, chapter 5); undefined where the file cannot be read or is no such library of 64 bits.
 */
export function neededBy(machine: Machine, path: string): readonly string[] | undefined {
  const head = part(machine, path, 0, 64);
  if (head === undefined || head.getUint32(0) !== 0x7f454c46 || head.getUint8(4) !== 2)
    return undefined;
  const at = Number(head.getBigUint64(40, true));
  const [size, count] = [head.getUint16(58, true), head.getUint16(60, true)];
  const sections = part(machine, path, at, size * count);
  if (sections === undefined || size < 64) return count === 0 ? [] : undefined;
  const place = (index: number) => ({
    offset: Number(sections.getBigUint64(index * size + 24, true)),
    length: Number(sections.getBigUint64(index * size + 32, true)),
  });
  for (let index = 0; index < count; index++) {
    if (sections.getUint32(index * size + 4, true) !== DYNAMIC) continue;
    const names = sections.getUint32(index * size + 40, true);
    if (names >= count) return undefined;
    const [table, strings] = [place(index), place(names)];
    const entries = part(machine, path, table.offset, table.length);
    const text = part(machine, path, strings.offset, strings.length);
    return (
      entries &&
      text &&
      namesIn(entries, Buffer.from(text.buffer, text.byteOffset, text.byteLength))
    );
  }
  return [];
}

/** @param entries a dynamic section @param text the names that its entries point into */
function namesIn(entries: DataView, text: Buffer): string[] {
  const names: string[] = [];
  for (let entry = 0; entry + 16 <= entries.byteLength; entry += 16) {
    if (entries.getBigInt64(entry, true) !== NEEDED) continue;
    const from = Number(entries.getBigUint64(entry + 8, true));
    names.push(text.subarray(from, text.indexOf(0, from)).toString('latin1'));
  }
  return names;
}
