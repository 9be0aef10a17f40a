/** Values of the tags of one picture, by their number. */
export type Tags = ReadonlyMap<number, readonly number[]>;

/** Numbers of the tags that are read (TIFF 6.0, 1992; BigTIFF; technical note 2 for 347). */
export const TAG = {
  subfileType: 254,
  width: 256,
  height: 257,
  bits: 258,
  compression: 259,
  photometric: 262,
  fillOrder: 266,
  stripOffsets: 273,
  orientation: 274,
  samples: 277,
  rowsPerStrip: 278,
  stripBytes: 279,
  planar: 284,
  predictor: 317,
  colourMap: 320,
  tileWidth: 322,
  tileHeight: 323,
  tileOffsets: 324,
  tileBytes: 325,
  extraSamples: 338,
  sampleFormat: 339,
  jpegTables: 347,
} as const;

const READ: ReadonlySet<number> = new Set(Object.values(TAG));
/** Bytes of a value of each type, by the type's number. */
const BYTES_OF_TYPE = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 0, 0, 8, 8, 8];
/** A file with more pages than this is taken for one whose directories go round in a circle. */
const MOST_PAGES = 65536;
const BEYOND = 'its directory goes on beyond the end of the file';

export interface TiffFile {
  readonly little: boolean;
  /** Tags of each picture that is one of its own: smaller copies and transparency masks are left out. */
  readonly pages: readonly Tags[];
  /** Bytes of head and directories, from and to: no pixels are there. */
  readonly taken: readonly (readonly [from: number, to: number])[];
}

/** Reads the directories of a TIFF or BigTIFF file; throws an error that says what is wrong with it. */
export function readTiff(bytes: Buffer): TiffFile {
  try {
    return read(bytes);
  } catch (error) {
    if (error instanceof RangeError) throw new Error(BEYOND);
    throw error;
  }
}

function read(bytes: Buffer): TiffFile {
  const little = bytes[0] === 0x49;
  const number = (at: number, width: number): number => {
    if (width === 1) return bytes.readUInt8(at);
    if (width === 2) return little ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at);
    if (width === 4) return little ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at);
    return Number(little ? bytes.readBigUInt64LE(at) : bytes.readBigUInt64BE(at));
  };
  const big = number(2, 2) === 43;
  const word = big ? 8 : 4;
  const head = big ? 16 : 8;
  const taken: [number, number][] = [[0, head]];
  const pages: Tags[] = [];
  const seen = new Set<number>();
  for (let directory = number(head - word, word); directory !== 0; ) {
    if (seen.has(directory) || seen.size > MOST_PAGES) throw new Error('its directories repeat');
    seen.add(directory);
    const first = directory + (big ? 8 : 2);
    const length = number(directory, big ? 8 : 2);
    const end = first + length * (4 + 2 * word) + word;
    if (end > bytes.length) throw new Error(BEYOND);
    taken.push([directory, end]);
    const tags = new Map<number, readonly number[]>();
    for (let entry = 0; entry < length; entry++) {
      const at = first + entry * (4 + 2 * word);
      const tag = number(at, 2);
      const type = number(at + 2, 2);
      const width = BYTES_OF_TYPE[type] ?? 0;
      const count = number(at + 4, word);
      const value = at + 4 + word;
      const outside = count * width > word;
      const start = outside ? number(value, word) : value;
      if (start + count * width > bytes.length) throw new Error(BEYOND);
      if (outside) taken.push([start, start + count * width]);
      if (!READ.has(tag)) continue;
      if (tags.has(tag)) throw new Error(`its directory has the entry ${tag} twice`);
      // Bytes (type 7) are the JPEG tables; whole numbers without a sign are all the others.
      if (![1, 3, 4, 7, 16].includes(type)) {
        throw new Error(`the entry ${tag} of its directory has the wrong type ${type}`);
      }
      tags.set(
        tag,
        Array.from({ length: count }, (_, index) => number(start + index * width, width)),
      );
    }
    // Bit 0: a smaller copy; bit 2: a transparency mask.
    if (((tags.get(TAG.subfileType)?.[0] ?? 0) & 5) === 0) pages.push(tags);
    directory = number(end - word, word);
  }
  if (pages.length === 0) throw new Error('there is no picture in it');
  return { little, pages, taken };
}
