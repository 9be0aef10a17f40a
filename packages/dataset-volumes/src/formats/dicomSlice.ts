import { readFile } from 'node:fs/promises';
import dicomParser, { type DataSet } from 'dicom-parser';
import {
  cutSlice,
  dicomKind,
  fewPixels,
  truncated,
  unknownPixels,
  unreadSyntax,
} from './errors.ts';
import { firstBytes } from './firstBytes.ts';

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
  readonly pixels: Pixels;
}

/** Where the pixels of a slice lie, and what a stored number means (DICOM PS3.3, C.7.6.3 and C.11.1). */
interface Pixels {
  /** First byte in the file; undefined where they are compressed. */
  readonly at: number | undefined;
  /** Bits that a pixel takes, those of them that count, and the highest of these, from 0. */
  readonly bits: number;
  readonly stored: number;
  readonly high: number;
  readonly signed: boolean;
  /** MONOCHROME1: the smallest stored number is the brightest. */
  readonly inverted: boolean;
  readonly slope: number;
  readonly intercept: number;
}

const PIXELS = 'x7fe00010';
const ROWS = 'x00280010';
const SERIES = 'x0020000e';
const NATIVE = ['1.2.840.10008.1.2', '1.2.840.10008.1.2.1'];
/** Big-endian, and deflated as a whole: not even their header is read. */
const UNREAD = ['1.2.840.10008.1.2.2', '1.2.840.10008.1.2.1.99'];
/** RLE; JPEG of 8 and 12 bits, and lossless; JPEG-LS and JPEG 2000, lossless or not. */
const COMPRESSED = ['5', '4.50', '4.51', '4.57', '4.70', '4.80', '4.81', '4.90', '4.91'].map(
  (tail) => `1.2.840.10008.1.2.${tail}`,
);
/** A header is smaller than this, as a rule; otherwise the whole file is read. */
const PART = 65536;

/** The header of a DICOM file; undefined for a file that is none, or holds no image. */
export async function readSlice(file: string): Promise<Slice | undefined> {
  const { bytes: part, size } = await firstBytes(file, PART);
  if (!startsAsDicom(part)) return undefined;
  const syntax = syntaxOf(part);
  if (UNREAD.includes(syntax)) throw dicomKind(file, `transfer syntax ${syntax}`);
  let tags = tagsOf(part);
  let bytes = part;
  if (tags?.elements[PIXELS] === undefined && part.length < size) {
    bytes = await readFile(file);
    tags = tagsOf(bytes);
  }
  if (tags === undefined) throw cutSlice(file, size);
  if (tags.elements[ROWS] === undefined) {
    // What holds no image goes on behind the group that describes images, or is a DICOMDIR.
    const whole = Object.keys(tags.elements).some((tag) => tag > 'x0029' || /^x0004/.test(tag));
    if (whole && tags.elements[PIXELS] === undefined) return undefined;
    throw cutSlice(file, size);
  }
  const placed = placeOf(file, tags);
  if (tags.elements[PIXELS] === undefined) throw cutSlice(file, size);
  const native = NATIVE.includes(syntax);
  if (!native && !COMPRESSED.includes(syntax)) throw unreadSyntax(file, syntax || 'none');
  const pixels = pixelsOf(file, tags, native);
  if (pixels.at !== undefined) {
    const needed = (placed.rows * placed.columns * pixels.bits) / 8;
    const { length } = tags.elements[PIXELS]!;
    if (length < needed || needed === 0) throw fewPixels(file, needed, length);
    if (pixels.at + needed > size) throw truncated(file, pixels.at + needed, size);
  } else checkFragments(file, bytes.length < size ? await readFile(file) : bytes);
  return { file, series: tags.string(SERIES) ?? '', ...placed, pixels };
}

/** The series that a DICOM file says to be of; undefined for a file that is no DICOM file. */
export async function seriesOf(file: string): Promise<string | undefined> {
  if (!startsAsDicom((await firstBytes(file, PART)).bytes)) return undefined;
  return tagsOf(await readFile(file))?.string(SERIES) ?? '';
}

function startsAsDicom(bytes: Buffer): boolean {
  return bytes.toString('latin1', 128, 132) === 'DICM';
}

/** How the elements behind the first group are written; empty where that is not told. */
function syntaxOf(bytes: Buffer): string {
  try {
    return dicomParser.readPart10Header(bytes).string('x00020010') ?? '';
  } catch {
    return '';
  }
}

/** Elements up to the pixels; undefined where the bytes end in one of them. */
function tagsOf(bytes: Buffer, untilTag = PIXELS): DataSet | undefined {
  try {
    const tags = dicomParser.parseDicom(bytes, { untilTag });
    const within = Object.values(tags.elements).every(
      ({ tag, dataOffset, length }) => tag === PIXELS || dataOffset + length <= bytes.length,
    );
    return within ? tags : undefined;
  } catch {
    // What it throws is a text, or an object of its own.
    return undefined;
  }
}

function placeOf(file: string, tags: DataSet): Omit<Slice, 'file' | 'series' | 'pixels'> {
  const [frames] = numbers(tags, 'x00280008');
  if (frames! > 1) throw dicomKind(file, `${frames} frames in one file`);
  const stated = (name: string, tag: string, count: number) => {
    const found = numbers(tags, tag);
    if (found.length === count && found.every(Number.isFinite)) return found;
    throw dicomKind(file, `a slice whose ${name} is not stated`);
  };
  return {
    spacing: stated('spacing', 'x00280030', 2),
    position: stated('position', 'x00200032', 3),
    orientation: stated('orientation', 'x00200037', 6),
    rows: tags.uint16(ROWS) ?? 0,
    columns: tags.uint16('x00280011') ?? 0,
    thickness: numbers(tags, 'x00180050')[0] || 1,
  };
}

function pixelsOf(file: string, tags: DataSet, native: boolean): Pixels {
  const meaning = tags.string('x00280004') ?? 'MONOCHROME2';
  if (!/^MONOCHROME[12]$/.test(meaning)) throw unknownPixels(file, meaning);
  const bits = tags.uint16('x00280100') ?? 16;
  if (![8, 16, 32].includes(bits)) throw dicomKind(file, `pixels of ${bits} bits`);
  const stored = tags.uint16('x00280101') ?? bits;
  const high = tags.uint16('x00280102') ?? stored - 1;
  if (stored < 1 || high >= bits || high < stored - 1) {
    throw dicomKind(file, `${stored} bits of a pixel up to bit ${high}, of ${bits}`);
  }
  const [slope, intercept] = [scaling(tags, 'x00281053', 1), scaling(tags, 'x00281052', 0)];
  if (!Number.isFinite(slope * intercept) || slope === 0) {
    throw dicomKind(file, `RescaleSlope ${slope}, RescaleIntercept ${intercept}`);
  }
  const { hadUndefinedLength, dataOffset } = tags.elements[PIXELS]!;
  if (native && hadUndefinedLength) throw dicomKind(file, 'pixels without a stated length');
  return {
    at: native ? dataOffset : undefined,
    bits,
    stored,
    high,
    signed: tags.uint16('x00280103') === 1,
    inverted: meaning === 'MONOCHROME1',
    slope,
    intercept,
  };
}

function scaling(tags: DataSet, tag: string, absent: number): number {
  return tags.string(tag) === undefined ? absent : numbers(tags, tag)[0]!;
}

function numbers(tags: DataSet, tag: string): number[] {
  return (tags.string(tag) ?? '').split('\\').map(Number);
}

/** Compressed pixels come in parts, behind the last of which an end is stated (DICOM PS3.5, A.4). */
function checkFragments(file: string, bytes: Buffer): void {
  const tags = tagsOf(bytes, '');
  const { fragments = [] } = tags?.elements[PIXELS] ?? {};
  const ended = tags?.warnings.every((warning) => !warning.includes('pixel data element'));
  if (fragments.length === 0 || !ended) throw cutSlice(file, bytes.length);
}
