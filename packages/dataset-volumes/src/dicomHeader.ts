import { open, readFile } from 'node:fs/promises';
import { dicomKind } from './errors.ts';

/** What places one slice, and names its series. */
export interface Slice {
  readonly file: string;
  readonly series: string;
  readonly rows: number;
  readonly columns: number;
  /** Distance of rows and of columns, in millimetres. */
  readonly spacing: readonly number[];
  /** Middle of the first pixel, in LPS+. */
  readonly position: readonly number[];
  /** Direction along a row, then along a column, in LPS+. */
  readonly orientation: readonly number[];
  /** Of the slice alone, where it is stated. */
  readonly thickness: number;
}

const START = 132;
const UNDEFINED = 0xffffffff;
const LONG = new Set('OB OW OF OD OL OV SQ UC UR UT UN SV UV'.split(' '));
const IMPLICIT = '1.2.840.10008.1.2';
/** Big-endian, and deflated as a whole. */
const UNREAD = ['1.2.840.10008.1.2.2', '1.2.840.10008.1.2.1.99'];
/** A header is smaller than this, as a rule; otherwise the whole file is read. */
const PART = 65536;

/** The header of a DICOM file; undefined for a file that is none, or holds no image. */
export async function readSlice(file: string): Promise<Slice | undefined> {
  const part = await firstBytes(file);
  if (part.toString('latin1', 128, START) !== 'DICM') return undefined;
  let tags = tagsOf(file, part);
  if (tags === undefined && part.length === PART) tags = tagsOf(file, await readFile(file));
  if (tags === undefined || !tags.has(0x00280010)) return undefined;
  const text = (tag: number) => tags.get(tag)?.toString('latin1').replaceAll('\0', '').trim();
  const numbers = (tag: number) => (text(tag) ?? '').split('\\').map(Number);
  const short = (tag: number) => tags.get(tag)!.readUInt16LE(0);
  const placed = {
    spacing: numbers(0x00280030),
    position: numbers(0x00200032),
    orientation: numbers(0x00200037),
  };
  const [frames] = numbers(0x00280008);
  if (frames! > 1) throw dicomKind(file, `${frames} frames in one file`);
  for (const [name, count] of [
    ['spacing', 2],
    ['position', 3],
    ['orientation', 6],
  ] as const) {
    if (placed[name].length !== count || !placed[name].every(Number.isFinite)) {
      throw dicomKind(file, `a slice whose ${name} is not stated`);
    }
  }
  return {
    file,
    series: text(0x0020000e) ?? '',
    rows: short(0x00280010),
    columns: short(0x00280011),
    ...placed,
    thickness: numbers(0x00180050)[0] || 1,
  };
}

async function firstBytes(file: string): Promise<Buffer> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(PART), 0, PART, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

/** Elements up to group 0028 (DICOM PS3.5, 7.1); undefined where the bytes end before. */
function tagsOf(file: string, bytes: Buffer): Map<number, Buffer> | undefined {
  const tags = new Map<number, Buffer>();
  let implicit = false;
  let at = START;
  while (at + 8 <= bytes.length) {
    const group = bytes.readUInt16LE(at);
    if (group > 0x0028) return tags;
    if (group > 0x0002 && tags.has(0x00020010)) {
      const syntax = tags.get(0x00020010)!.toString('latin1').replaceAll('\0', '').trim();
      if (UNREAD.includes(syntax)) throw dicomKind(file, `transfer syntax ${syntax}`);
      implicit = syntax === IMPLICIT;
    }
    const element = elementAt(bytes, at, implicit && group > 0x0002);
    if (element === undefined) return undefined;
    const end = element.length === UNDEFINED ? undefined : element.start + element.length;
    const next = end ?? endOfItems(bytes, element.start, implicit);
    if (next === undefined || next > bytes.length) return undefined;
    tags.set(element.tag, bytes.subarray(element.start, next));
    at = next;
  }
  return at === bytes.length ? tags : undefined;
}

function elementAt(
  bytes: Buffer,
  at: number,
  implicit: boolean,
): { readonly tag: number; readonly start: number; readonly length: number } | undefined {
  if (at + 12 > bytes.length) return undefined;
  const tag = bytes.readUInt16LE(at) * 0x10000 + bytes.readUInt16LE(at + 2);
  // Items and their ends have no type in either form.
  if (implicit || tag >>> 16 === 0xfffe) {
    return { tag, start: at + 8, length: bytes.readUInt32LE(at + 4) };
  }
  if (LONG.has(bytes.toString('latin1', at + 4, at + 6))) {
    return { tag, start: at + 12, length: bytes.readUInt32LE(at + 8) };
  }
  return { tag, start: at + 8, length: bytes.readUInt16LE(at + 6) };
}

/** Where a sequence or an item without a stated length ends. */
function endOfItems(bytes: Buffer, start: number, implicit: boolean): number | undefined {
  let at = start;
  for (;;) {
    if (at + 8 > bytes.length) return undefined;
    const tag = bytes.readUInt16LE(at) * 0x10000 + bytes.readUInt16LE(at + 2);
    if (tag === 0xfffee0dd || tag === 0xfffee00d) return at + 8;
    const element = elementAt(bytes, at, implicit);
    if (element === undefined) return undefined;
    const next =
      element.length === UNDEFINED
        ? endOfItems(bytes, element.start, implicit)
        : element.start + element.length;
    if (next === undefined) return undefined;
    at = next;
  }
}
