import type { Raster } from '../raster.ts';
import { Unread } from '../unread.ts';
import { decompressed, FAX, unreadCompression } from './codecs.ts';
import { readTiff, type Tags, type TiffFile } from './directory.ts';
import { type Layout, layoutOf } from './layout.ts';
import { segmentsOf } from './segments.ts';
import { emptyValues, isReadable, placeValues } from './values.ts';

/** Photometric interpretations (TIFF 6.0, section 8). */
export const PHOTOMETRIC = { whiteIsZero: 0, blackIsZero: 1, rgb: 2, palette: 3, cmyk: 5 } as const;

/** No compression makes more of a byte; so a wrong size is found before memory is asked for. */
const MOST_COMPRESSED = 4000;

/** What is read of the other interpretations. */
const READ_PHOTOMETRIC: readonly number[] = [...Object.values(PHOTOMETRIC), 4, 6];

export interface TiffPicture {
  readonly layout: Layout;
  readonly tags: Tags;
  readonly file: TiffFile;
}

/**
 * The one picture of a TIFF file (also BigTIFF), as its directory describes it. Throws an error that
 * says what is wrong, or Unread where it is of a kind that is not read.
 */
export function tiffPicture(bytes: Buffer): TiffPicture {
  const file = readTiff(bytes);
  if (file.pages.length > 1) {
    throw new Unread(`${file.pages.length} pages in one file`, 'save one picture a file');
  }
  const tags = file.pages[0]!;
  const layout = layoutOf(tags, file.little);
  const compression = unreadCompression(layout);
  if (compression !== undefined) {
    throw new Unread(`a TIFF compressed with ${compression}`, 'save it with LZW or Deflate');
  }
  if (!isReadable(layout)) {
    const kind = layout.format === 'float' ? 'floats' : `integers (${layout.format})`;
    throw new Unread(`${kind} of ${layout.bits} bits`, 'save it as 32-bit float');
  }
  if (!READ_PHOTOMETRIC.includes(layout.photometric)) {
    throw new Unread(`the colour space ${layout.photometric} of TIFF`, 'convert it to grey or RGB');
  }
  if (layout.photometric === 6 && (layout.compression !== 7 || layout.planar)) {
    throw new Unread('YCbCr in planes or without JPEG', 'convert it to RGB');
  }
  if (FAX.has(layout.compression) && (layout.bits !== 1 || layout.samples !== 1)) {
    throw new Error('its compression is for one bit a pixel');
  }
  return { layout, tags, file };
}

/**
 * The stored values, all samples of a pixel side by side; every strip and tile has to hold exactly
 * what its size needs. Fax compressions are not undone here: their places alone are checked.
 */
export async function tiffValues(
  bytes: Buffer,
  { layout, tags, file }: TiffPicture,
): Promise<Raster | undefined> {
  const segments = segmentsOf(tags, layout, file, bytes.length);
  if (FAX.has(layout.compression)) return undefined;
  const held = segments.reduce((sum, { length }) => sum + length, 0);
  const needed = (layout.width * layout.height * layout.samples * layout.bits) / 8;
  if (needed > held * MOST_COMPRESSED) {
    throw new Error(`its size needs ${needed} bytes, which ${held} cannot hold`);
  }
  const data = emptyValues(layout);
  for (const segment of segments) {
    placeValues(data, await decompressed(bytes, segment, layout), segment, layout);
  }
  const { width, height, samples: channels } = layout;
  return { width, height, channels, data };
}
