import { Unread } from '../unread.ts';

/** What a BMP file says of its pixels. */
export interface BmpHeader {
  readonly width: number;
  readonly height: number;
  /** Whether the first row of the file is the top one; else it is the bottom one. */
  readonly topDown: boolean;
  /** Bits of a pixel. */
  readonly bits: number;
  readonly runLengths: boolean;
  /** Red, green and blue of each index in turn, of pixels of up to 8 bits. */
  readonly palette?: Buffer;
  /** Where red, green, blue and alpha, if there is any, are among the bytes of a pixel; of 24 and 32 bits. */
  readonly places: readonly number[];
  /** Where the pixels begin in the file. */
  readonly pixels: number;
  /** Bytes of a colour profile, which stands behind the pixels. */
  readonly profile: number;
  /** Pixels per metre along x and y; 0 where the file does not say. */
  readonly density: readonly [x: number, y: number];
}

/** The longest of what stands before the pixels, but for gaps: headers and a palette of 256 colours. */
export const MOST_BMP_HEADER = 14 + 124 + 4 * 256;

/** Bytes before the header of the picture. */
const FILE_HEADER = 14;
/** Lengths of the headers of Windows 3 and of its later versions. */
const LENGTHS = [40, 52, 56, 108, 124];
const OS2_LENGTHS = [12, 16, 64];

const RUN_LENGTHS = 1;
/** Masks say where the colours are in a pixel, of the second kind also alpha: where they end, by their kind. */
const MASKS_END: Readonly<Record<number, number>> = { 3: 66, 6: 70 };
/** Bits of a pixel of each compression that is read. */
const BITS: Readonly<Record<number, readonly number[]>> = {
  0: [1, 4, 8, 24, 32],
  1: [8],
  3: [32],
  6: [32],
};

/** Compressions that are not read. */
const UNREAD: Readonly<Record<number, string>> = {
  2: 'run lengths of 4 bits',
  4: 'a JPEG in a BMP',
  5: 'a PNG in a BMP',
  11: 'a BMP in CMYK',
  12: 'a BMP in CMYK',
  13: 'a BMP in CMYK',
};
const UNREAD_BITS = [2, 16, 48, 64];
const CUT = 'its header is cut off';
const REMEDY = 'save it as a BMP of 8 or 24 bits without compression, or as PNG';

/** The headers and the palette (BITMAPINFOHEADER to BITMAPV5HEADER); throws an error that says what is wrong. */
export function bmpHeader(bytes: Buffer): BmpHeader {
  const length = bytes.length < FILE_HEADER + 4 ? 0 : bytes.readUInt32LE(FILE_HEADER);
  if (OS2_LENGTHS.includes(length)) {
    throw new Unread(`a BMP of OS/2, with a header of ${length} bytes`, REMEDY);
  }
  if (!LENGTHS.includes(length))
    throw new Error(length === 0 ? CUT : `its header has ${length} bytes`);
  if (bytes.length < FILE_HEADER + length) throw new Error(CUT);
  const [width, height] = [bytes.readInt32LE(18), bytes.readInt32LE(22)];
  const [bits, compression] = [bytes.readUInt16LE(28), bytes.readUInt32LE(30)];
  const topDown = height < 0;
  const runLengths = compression === RUN_LENGTHS;
  if (width <= 0 || height === 0 || bytes.readUInt16LE(26) !== 1 || (topDown && runLengths)) {
    throw new Error('its header makes no sense');
  }
  checkKind(bits, compression);
  const masksEnd = MASKS_END[compression];
  // Of the shortest header the masks are no part, but they stand where they would be.
  const end = Math.max(FILE_HEADER + length, masksEnd ?? 0);
  if (bytes.length < end) throw new Error(CUT);
  const palette = bits <= 8 ? paletteOf(bytes, bits, end) : undefined;
  const pixels = bytes.readUInt32LE(10);
  const before = end + (palette === undefined ? 0 : (palette.length / 3) * 4);
  if (pixels < before) {
    throw new Error(`its pixels begin at byte ${pixels}, its header ends at byte ${before}`);
  }
  return {
    ...{ width, height: Math.abs(height), topDown, bits, runLengths, pixels },
    ...(palette && { palette }),
    places: masksEnd === undefined ? BGRA.slice(0, bits / 8) : maskedPlaces(bytes, end),
    profile: length === 124 ? bytes.readUInt32LE(130) : 0,
    density: [bytes.readInt32LE(38), bytes.readInt32LE(42)],
  };
}

/** Pixels are blue, green, red and alpha in turn. */
const BGRA = [2, 1, 0, 3];

function checkKind(bits: number, compression: number): void {
  const unread = UNREAD[compression];
  if (unread !== undefined) throw new Unread(unread, REMEDY);
  if (UNREAD_BITS.includes(bits)) throw new Unread(`a BMP of ${bits} bits a pixel`, REMEDY);
  if (!BITS[compression]?.includes(bits)) {
    throw new Error(`pixels of ${bits} bits cannot have the compression ${compression}`);
  }
}

/** Colours are kept as blue, green, red and a byte that is not used. */
function paletteOf(bytes: Buffer, bits: number, from: number): Buffer {
  const most = 2 ** bits;
  const count = bytes.readUInt32LE(46) || most;
  if (count > most) throw new Error(`its palette has ${count} colours, for ${bits} bits a pixel`);
  if (from + 4 * count > bytes.length) throw new Error('its palette is cut off');
  const palette = Buffer.alloc(3 * count);
  for (let at = 0; at < count; at++) {
    for (let channel = 0; channel < 3; channel++) {
      palette[3 * at + channel] = bytes[from + 4 * at + 2 - channel]!;
    }
  }
  return palette;
}

/**
 * The bytes that masks of 8 bits stand for.
 *
 * @param end of the header, which has a mask of alpha where it is long enough
 */
function maskedPlaces(bytes: Buffer, end: number): readonly number[] {
  const masks = [54, 58, 62].map((at) => bytes.readUInt32LE(at));
  const alpha = end < 70 ? 0 : bytes.readUInt32LE(66);
  const all = alpha === 0 ? masks : [...masks, alpha];
  const places = all.map((mask) => [0xff, 0xff00, 0xff0000, 0xff000000].indexOf(mask));
  if (places.includes(-1)) throw new Unread('a BMP whose colours have other than 8 bits', REMEDY);
  if (new Set(places).size < places.length) throw new Error('its colours have the same bits');
  return places;
}
