/** The bytes of a NRRD file of float32, in LPS+. */
export function nrrd(header: Record<string, string>, values: readonly number[]): Uint8Array {
  const lines = Object.entries({
    type: 'float',
    dimension: '3',
    space: 'left-posterior-superior',
    kinds: 'domain domain domain',
    endian: 'little',
    encoding: 'raw',
    ...header,
  }).map(([key, value]) => `${key}: ${value}`);
  return behind(`NRRD0004\n${lines.join('\n')}\n\n`, values);
}

/** The bytes of a MetaImage of float32, in LPS+; without voxels where its header names their file. */
export function metaImage(
  header: Record<string, string>,
  values: readonly number[],
  file = 'LOCAL',
): Uint8Array {
  const lines = Object.entries({
    ObjectType: 'Image',
    NDims: '3',
    BinaryData: 'True',
    BinaryDataByteOrderMSB: 'False',
    CompressedData: 'False',
    ...header,
    ElementType: 'MET_FLOAT',
    ElementDataFile: file,
  }).map(([key, value]) => `${key} = ${value}`);
  return behind(`${lines.join('\n')}\n`, file === 'LOCAL' ? values : []);
}

function behind(text: string, values: readonly number[]): Uint8Array {
  return Buffer.concat([Buffer.from(text, 'latin1'), floats(values)]);
}

export function floats(values: readonly number[]): Uint8Array {
  return new Uint8Array(Float32Array.from(values).buffer);
}

export interface DicomSlice {
  readonly values: readonly number[];
  readonly rows: number;
  readonly columns: number;
  readonly position: readonly number[];
  readonly orientation?: readonly number[];
  /** Distance of rows, then of columns. */
  readonly spacing: readonly [number, number];
  readonly slope?: number;
  readonly intercept?: number;
  readonly photometry?: 'MONOCHROME1' | 'MONOCHROME2';
  /** Bits of a pixel, those of them that count, the highest of these; signed by default. */
  readonly bits?: { allocated: 8 | 16 | 32; stored: number; high: number; signed: boolean };
  readonly series?: string;
  readonly syntax?: string;
  readonly frames?: number;
}

const EXPLICIT = '1.2.840.10008.1.2.1';
const IMPLICIT = '1.2.840.10008.1.2';

export const RLE = '1.2.840.10008.1.2.5';

/** The bytes of a DICOM file, one slice, of int16 where nothing else is said (DICOM PS3.5, 7.1 and PS3.10, 7). */
export function dicom(given: DicomSlice): Uint8Array {
  const { syntax = EXPLICIT, series = '1.2.3.5', slope = 1, intercept = 0 } = given;
  const { bits = { allocated: 16, stored: 16, high: 15, signed: true } } = given;
  const pixels = Buffer.from(storedAs(given.values, bits.allocated));
  const unique = `1.2.3.${Math.abs(Math.round(given.position.reduce((sum, own) => sum + own, 0)))}`;
  const kind = '1.2.840.10008.5.1.4.1.1.2';
  const meta = [
    element(0x0002, 0x0001, 'OB', Uint8Array.of(0, 1)),
    element(0x0002, 0x0002, 'UI', kind),
    element(0x0002, 0x0003, 'UI', unique),
    element(0x0002, 0x0010, 'UI', syntax),
    element(0x0002, 0x0012, 'UI', '1.2.3.4'),
  ];
  const length = meta.reduce((sum, part) => sum + part.length, 0);
  const own = (group: number, name: number, type: string, value: string | number | Uint8Array) =>
    element(group, name, type, value, syntax === IMPLICIT);
  return Buffer.concat([
    Buffer.alloc(128),
    Buffer.from('DICM'),
    element(0x0002, 0x0000, 'UL', length),
    ...meta,
    own(0x0008, 0x0016, 'UI', kind),
    own(0x0008, 0x0018, 'UI', unique),
    own(0x0008, 0x0060, 'CS', 'CT'),
    // A sequence whose length is not stated, with an item whose length is not stated either.
    openEnded(own(0x0008, 0x1140, 'SQ', Buffer.alloc(0))),
    Buffer.from([0xfe, 0xff, 0x00, 0xe0, 0xff, 0xff, 0xff, 0xff]),
    own(0x0008, 0x1150, 'UI', kind),
    Buffer.from([0xfe, 0xff, 0x0d, 0xe0, 0, 0, 0, 0, 0xfe, 0xff, 0xdd, 0xe0, 0, 0, 0, 0]),
    own(0x0018, 0x0050, 'DS', '3'),
    own(0x0020, 0x000d, 'UI', '1.2.3'),
    own(0x0020, 0x000e, 'UI', series),
    own(0x0020, 0x0032, 'DS', given.position.join('\\')),
    own(0x0020, 0x0037, 'DS', (given.orientation ?? [1, 0, 0, 0, 1, 0]).join('\\')),
    own(0x0028, 0x0002, 'US', 1),
    own(0x0028, 0x0004, 'CS', given.photometry ?? 'MONOCHROME2'),
    ...(given.frames === undefined ? [] : [own(0x0028, 0x0008, 'IS', String(given.frames))]),
    own(0x0028, 0x0010, 'US', given.rows),
    own(0x0028, 0x0011, 'US', given.columns),
    own(0x0028, 0x0030, 'DS', given.spacing.join('\\')),
    own(0x0028, 0x0100, 'US', bits.allocated),
    own(0x0028, 0x0101, 'US', bits.stored),
    own(0x0028, 0x0102, 'US', bits.high),
    own(0x0028, 0x0103, 'US', bits.signed ? 1 : 0),
    own(0x0028, 0x1052, 'DS', String(intercept)),
    own(0x0028, 0x1053, 'DS', String(slope)),
    ...(syntax === RLE ? fragment(pixels) : [own(0x7fe0, 0x0010, 'OW', pixels)]),
  ]);
}

/** Numbers as a pixel holds them, without a sign: what counts may stand among other bits. */
function storedAs(values: readonly number[], allocated: 8 | 16 | 32): ArrayBuffer {
  const array = { 8: Uint8Array, 16: Uint16Array, 32: Uint32Array }[allocated];
  return array.from(values).buffer;
}

/** Pixels of 16 bits in run lengths, none of which is a run: high bytes, then low bytes (PS3.5, G). */
function fragment(pixels: Buffer): Buffer[] {
  const bytes = [1, 0].map((from) => pixels.filter((_, at) => at % 2 === from));
  const segments = bytes.map((own) => Buffer.concat([Buffer.of(own.length - 1), own]));
  const header = Buffer.alloc(64);
  for (const [at, value] of [2, 64, 64 + segments[0]!.length].entries()) {
    header.writeUInt32LE(value, 4 * at);
  }
  const parts = Buffer.concat([header, ...segments]);
  const even = Buffer.concat([parts, Buffer.alloc(parts.length % 2)]);
  const item = (tag: number, length: number) => {
    const start = Buffer.from([0xfe, 0xff, tag, 0xe0, 0, 0, 0, 0]);
    start.writeUInt32LE(length, 4);
    return start;
  };
  return [
    openEnded(element(0x7fe0, 0x0010, 'OB', Buffer.alloc(0))),
    item(0, 0),
    item(0, even.length),
    even,
    item(0xdd, 0),
  ];
}

function openEnded(header: Buffer): Buffer {
  return header.fill(0xff, header.length - 4);
}

function element(
  group: number,
  name: number,
  type: string,
  value: string | number | Uint8Array,
  implicit = false,
): Buffer {
  const bytes = bytesOf(type, value);
  const long = ['OB', 'OW', 'SQ'].includes(type);
  const header = Buffer.alloc(long && !implicit ? 12 : 8);
  header.writeUInt16LE(group, 0);
  header.writeUInt16LE(name, 2);
  if (implicit) header.writeUInt32LE(bytes.length, 4);
  else {
    header.write(type, 4, 'latin1');
    if (long) header.writeUInt32LE(bytes.length, 8);
    else header.writeUInt16LE(bytes.length, 6);
  }
  return Buffer.concat([header, bytes]);
}

function bytesOf(type: string, value: string | number | Uint8Array): Buffer {
  if (typeof value === 'string') {
    const filler = type === 'UI' ? '\0' : ' ';
    return Buffer.from(value.length % 2 === 0 ? value : value + filler, 'latin1');
  }
  if (typeof value === 'number') {
    const bytes = Buffer.alloc(type === 'US' ? 2 : 4);
    if (type === 'US') bytes.writeUInt16LE(value);
    else bytes.writeUInt32LE(value);
    return bytes;
  }
  return Buffer.from(value);
}
