import { Unread } from '../unread.ts';

/** A picture of a GIF file, as its descriptor and what stands before it say. */
export interface GifPicture {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly interlaced: boolean;
  /** Red, green and blue of each index in turn. */
  readonly palette: Buffer;
  /** The index that stands for transparency. */
  readonly transparent: number | undefined;
  /** Where its data begin in the file: the bits of a value, and blocks of codes. */
  readonly data: number;
}

const EXTENSION = 0x21;
const PICTURE = 0x2c;
const END = 0x3b;
/** Labels of extensions (GIF 89a, 23 and 25). */
const CONTROL = 0xf9;
const TEXT = 0x01;

/** Size of the screen that the pictures of a GIF file are laid on. */
export function gifScreen(bytes: Buffer): { readonly width: number; readonly height: number } {
  if (bytes.length < 13) throw new Error('its header is cut off');
  return { width: bytes.readUInt16LE(6), height: bytes.readUInt16LE(8) };
}

/**
 * The pictures of a GIF file up to its end mark; the data of each are looked at when the next one is asked for.
 * Throws an error that says what is wrong, or Unread where something is drawn that is not read.
 */
export function* gifPictures(bytes: Buffer): Generator<GifPicture> {
  gifScreen(bytes);
  const common = paletteAt(bytes, 13, bytes[10]!);
  let transparent: number | undefined;
  for (let at = 13 + common.length; ; ) {
    const kind = bytes[at];
    if (kind === END) return;
    if (kind === EXTENSION) {
      const label = bytes[at + 1];
      if (label === TEXT) throw new Unread('a text over the picture of a GIF', 'save it as PNG');
      const { data, end } = gifData(bytes, at + 2);
      if (label === CONTROL) {
        if (data.length < 4) throw new Error('its control extension is cut off');
        transparent = data[0]! & 1 ? data[3]! : undefined;
      }
      at = end;
    } else if (kind === PICTURE) {
      const picture = pictureAt(bytes, at, common, transparent);
      yield picture;
      transparent = undefined;
      at = gifData(bytes, picture.data + 1).end;
    } else {
      throw new Error(
        kind === undefined ? 'the end of the GIF is missing' : `there is no block at byte ${at}`,
      );
    }
  }
}

function pictureAt(
  bytes: Buffer,
  at: number,
  common: Buffer,
  transparent: number | undefined,
): GifPicture {
  if (at + 10 > bytes.length) throw new Error('a picture is cut off');
  const [left, top, width, height] = [1, 3, 5, 7].map((next) => bytes.readUInt16LE(at + next));
  const flags = bytes[at + 9]!;
  const own = paletteAt(bytes, at + 10, flags);
  const palette = own.length > 0 ? own : common;
  if (palette.length === 0) throw new Error('its palette is missing');
  return {
    ...{ left: left!, top: top!, width: width!, height: height! },
    interlaced: (flags & 0x40) !== 0,
    palette,
    transparent,
    data: at + 10 + own.length,
  };
}

/** @param flags whether there is a palette, and how long it is */
function paletteAt(bytes: Buffer, from: number, flags: number): Buffer {
  const end = from + (flags & 0x80 ? 3 * 2 ** ((flags & 7) + 1) : 0);
  if (end > bytes.length) throw new Error('its palette is cut off');
  return bytes.subarray(from, end);
}

/** What blocks of data hold together, and where they end. */
export function gifData(
  bytes: Buffer,
  from: number,
): { readonly data: Buffer; readonly end: number } {
  const parts: Buffer[] = [];
  for (let at = from; ; ) {
    const length = bytes[at++];
    if (length === 0) return { data: Buffer.concat(parts), end: at };
    if (length === undefined || at + length > bytes.length) {
      throw new Error('the end of the GIF is missing');
    }
    parts.push(bytes.subarray(at, at + length));
    at += length;
  }
}
