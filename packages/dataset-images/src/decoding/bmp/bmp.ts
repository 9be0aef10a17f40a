import { checkIndices, isGreyPalette, withPalette } from '../palette.ts';
import type { Stored } from '../raster.ts';
import { type BmpHeader, bmpHeader } from './header.ts';
import { unRunLengths } from './runLengths.ts';

/**
 * The picture of a BMP file. A palette of greys makes a grey picture, since BMP knows no other; of another
 * palette the indices are kept, or its colours are taken. Throws an error that says what is wrong with the file,
 * or Unread where it is of a kind that is not read.
 */
export function decodeBmp(bytes: Buffer, palette: 'index' | 'colour'): Stored {
  const header = bmpHeader(bytes);
  const { width, height } = header;
  if (header.palette === undefined) return colours(bytes, header);
  const data = header.runLengths
    ? unRunLengths(bytes.subarray(header.pixels), width, height)
    : indices(bytes, header);
  checkIndices(data, header.palette);
  const raster = { width, height, channels: 1, data };
  if (palette === 'colour' || isGreyPalette(header.palette)) {
    return withPalette(raster, header.palette);
  }
  return { ...raster, colour: false, alpha: [] };
}

function colours(bytes: Buffer, header: BmpHeader): Stored {
  const { width, height, bits, places } = header;
  const channels = places.length;
  const data = new Uint8Array(width * height * channels);
  const rows = rowsOf(bytes, header);
  for (let y = 0, to = 0; y < height; y++) {
    for (let x = 0, from = rows(y); x < width; x++, from += bits / 8) {
      for (const place of places) data[to++] = bytes[from + place]!;
    }
  }
  return { width, height, channels, data, colour: true, alpha: channels === 4 ? [3] : [] };
}

/** One index a byte; the first pixel of a row is in the high bits. */
function indices(bytes: Buffer, header: BmpHeader): Uint8Array {
  const { width, height, bits } = header;
  const data = new Uint8Array(width * height);
  const rows = rowsOf(bytes, header);
  const highest = (1 << bits) - 1;
  for (let y = 0, to = 0; y < height; y++) {
    const from = rows(y);
    for (let x = 0; x < width; x++) {
      const bit = x * bits;
      data[to++] = (bytes[from + (bit >> 3)]! >> (8 - bits - (bit & 7))) & highest;
    }
  }
  return data;
}

/**
 * Where each row begins, from the top. Rows are filled up to a multiple of four bytes; throws where the file
 * holds fewer of them than its size needs, or more.
 */
function rowsOf(bytes: Buffer, header: BmpHeader): (y: number) => number {
  const { width, height, bits, topDown, pixels, profile } = header;
  const rowBytes = Math.ceil((width * bits) / 32) * 4;
  const end = pixels + rowBytes * height;
  if (end > bytes.length) {
    throw new Error(`its pixels end at byte ${end}, the file at byte ${bytes.length}`);
  }
  // Some programs write a few bytes more.
  const spare = bytes.length - end - profile;
  if (spare >= rowBytes) throw new Error(`it holds ${spare} bytes more than its size needs`);
  return (y) => pixels + rowBytes * (topDown ? y : height - 1 - y);
}
