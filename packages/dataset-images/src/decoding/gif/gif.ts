import { gifCodes, unlzw } from '../lzw.ts';
import { checkIndices, withPalette } from '../palette.ts';
import type { Stored } from '../raster.ts';
import { Unread } from '../unread.ts';
import { type GifPicture, gifData, gifPictures, gifScreen } from './blocks.ts';

/** No code stands for more values; so a wrong size is found before memory is asked for. */
const MOST_COMPRESSED = 4096;

/**
 * The one picture of a GIF file, by its colours: indices mean nothing, since programs number the colours anew in
 * every file. It is grey where all colours of the palette are. Throws an error that says what is wrong with the
 * file, or Unread where it is of a kind that is not read.
 */
export function decodeGif(bytes: Buffer): Stored {
  const pictures = [...gifPictures(bytes)];
  const [picture] = pictures;
  if (picture === undefined) throw new Error('its picture is missing');
  if (pictures.length > 1) {
    throw new Unread(`${pictures.length} pictures in one file`, 'save one picture a file');
  }
  const { left, top, width, height, palette, transparent } = picture;
  const screen = gifScreen(bytes);
  if (left !== 0 || top !== 0 || width !== screen.width || height !== screen.height) {
    const place = `${width} x ${height} pixels at (x ${left}, y ${top})`;
    throw new Unread(
      `a GIF of ${screen.width} x ${screen.height} pixels whose picture is ${place}`,
      'save it as PNG',
    );
  }
  const data = indicesOf(bytes, picture);
  checkIndices(data, palette);
  return withPalette({ width, height, channels: 1, data }, palette, transparent);
}

function indicesOf(bytes: Buffer, picture: GifPicture): Uint8Array {
  const { width, height, interlaced } = picture;
  const bits = bytes[picture.data]!;
  if (bits < 1 || bits > 8) throw new Error(`its values have ${bits} bits`);
  if (width === 0 || height === 0) throw new Error('it has no pixels');
  const { data } = gifData(bytes, picture.data + 1);
  if (width * height > MOST_COMPRESSED * data.length) {
    throw new Error(`its size needs ${width * height} pixels, which it cannot hold`);
  }
  const stored = unlzw(data, width * height, gifCodes(bits));
  return interlaced ? deinterlaced(stored, width, height) : stored;
}

/** First row and step of each pass (GIF 89a, appendix E). */
const PASSES = [
  [0, 8],
  [4, 8],
  [2, 4],
  [1, 2],
] as const;

function deinterlaced(stored: Uint8Array, width: number, height: number): Uint8Array {
  const result = new Uint8Array(stored.length);
  let from = 0;
  for (const [first, step] of PASSES) {
    for (let y = first; y < height; y += step, from += width) {
      result.set(stored.subarray(from, from + width), y * width);
    }
  }
  return result;
}
