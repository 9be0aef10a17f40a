import { type ImageBytes, imageBytes } from '../decoding/bytes.ts';
import {
  bmpPixels,
  decodeImage,
  gifPixels,
  mapColour,
  orientationOf,
  pngPixels,
  tiffPixels,
} from '../decoding/image.ts';
import { turnUpright } from '../decoding/orientation.ts';
import { paletteColours } from '../decoding/palette.ts';
import { pickChannels, type Raster, type Stored, sameKind } from '../decoding/raster.ts';
import { PHOTOMETRIC } from '../decoding/tiff/tiff.ts';
import {
  colouredMask,
  lossyMask,
  maskChannels,
  transparentMask,
  whiteIsZeroMask,
} from './errors.ts';

/** How mask files are decoded. */
export interface MaskReading {
  /** Whether values may have been changed by JPEG: where a threshold makes two of them. */
  readonly lossy: boolean;
  /** What values of a TIFF stand for whose file says that 0 is white. */
  readonly whiteIsZero: 'error' | 'stored' | 'inverted';
  /** Whether the mask is turned as its file says. */
  readonly upright: boolean;
}

/**
 * The mask's one value a pixel, exactly as stored; the index where the file has a palette (but for BMP with a
 * palette of greys, and GIF). Channels that are equal count as one, constant alpha is dropped.
 */
export async function decodeMask(file: string, reading: MaskReading): Promise<Raster> {
  return oneValue(file, await storedMask(file, reading, 'index'));
}

/** The mask's colours, three channels of 8 or 16 bits; those of the palette where the file has one. */
export async function decodeMaskColours(file: string, reading: MaskReading): Promise<Raster> {
  const stored = await storedMask(file, reading, 'colour');
  checkAlpha(file, stored);
  const colours = stored.channels - stored.alpha.length;
  return pickChannels(stored, colours === 1 ? [0, 0, 0] : [0, 1, 2]);
}

/** The channels of one mask file, alpha too, each as a mask of its own. */
export async function decodeMaskChannels(
  file: string,
  names: readonly string[],
  reading: MaskReading,
): Promise<readonly Raster[]> {
  const stored = await storedMask(file, reading, 'index');
  if (stored.channels !== names.length) throw maskChannels(file, names, stored.channels);
  return names.map((_, channel) => pickChannels(stored, [channel]));
}

async function storedMask(
  file: string,
  reading: MaskReading,
  palette: 'index' | 'colour',
): Promise<Stored> {
  const whole = await imageBytes(file);
  const stored = await storedValues(file, whole, reading, palette);
  return reading.upright ? turnUpright(stored, await orientationOf(whole)) : stored;
}

async function storedValues(
  file: string,
  { format, bytes }: ImageBytes,
  reading: MaskReading,
  palette: 'index' | 'colour',
): Promise<Stored> {
  if (format === 'jpeg') {
    if (!reading.lossy) throw lossyMask(file, 'JPEG');
    return nearlyGrey(await decodeImage(file, { inks: false, upright: false }));
  }
  if (format === 'bmp') return bmpPixels(file, bytes, palette);
  if (format === 'gif') return gifPixels(file, bytes);
  if (format === 'png') {
    const { palette: colours, depth: _, frames: __, ...raster } = pngPixels(file, bytes);
    if (colours !== undefined && palette === 'colour') {
      return coloured(raster, (index, channel) => colours[3 * index + channel]!);
    }
    const { channels } = raster;
    return { ...raster, colour: channels > 2, alpha: channels % 2 === 0 ? [channels - 1] : [] };
  }
  const { picture, raster } = await tiffPixels(file, bytes);
  // A fax is black and white, whichever of the two its zeros are.
  if (raster === undefined) return decodeImage(file, { inks: false, upright: false });
  const { layout } = picture;
  const { photometric, bits, alpha } = layout;
  if (photometric === PHOTOMETRIC.palette && palette === 'colour') {
    return coloured(raster, mapColour(file, layout, raster.data));
  }
  const { data } = raster;
  const white = photometric === PHOTOMETRIC.whiteIsZero;
  if (bits === 1 && photometric !== PHOTOMETRIC.palette) {
    for (let at = 0; at < data.length; at++) data[at] = (data[at] === 1) === white ? 0 : 255;
  } else if (white) {
    if (reading.whiteIsZero === 'error') throw whiteIsZeroMask(file);
    const highest = 2 ** bits - 1;
    const inverted = reading.whiteIsZero === 'inverted' && layout.format === 'unsigned';
    if (inverted) for (let at = 0; at < data.length; at++) data[at] = highest - data[at]!;
  }
  return { ...raster, colour: photometric === PHOTOMETRIC.rgb, alpha };
}

function coloured(
  { width, height, data }: Raster,
  colourOf: (index: number, channel: number) => number,
): Stored {
  const colours = paletteColours(data, colourOf);
  return { width, height, channels: 3, data: colours, colour: true, alpha: [] };
}

/** JPEG makes the channels of a grey picture differ by a little; so much counts as the same. */
const SAME = 48;

/** One channel where those of a JPEG are nearly the same, else the picture as it is. */
function nearlyGrey(stored: Stored): Stored {
  const { width, height, channels, data } = stored;
  if (channels !== 3) return stored;
  const values = new Uint8Array(width * height);
  for (let pixel = 0; pixel < values.length; pixel++) {
    const [red, green, blue] = data.subarray(3 * pixel, 3 * pixel + 3) as unknown as number[];
    const spread = Math.max(red!, green!, blue!) - Math.min(red!, green!, blue!);
    if (spread > SAME) return stored;
    values[pixel] = Math.round((red! + green! + blue!) / 3);
  }
  return { width, height, channels: 1, data: values, colour: false, alpha: [] };
}

function oneValue(file: string, stored: Stored): Raster {
  const { width, height, channels, data, alpha } = stored;
  if (channels === 1) return stored;
  checkAlpha(file, stored);
  const values = sameKind(data, width * height);
  for (let pixel = 0; pixel < values.length; pixel++) {
    const at = pixel * channels;
    const value = data[at]!;
    for (let channel = 1; channel < channels; channel++) {
      if (data[at + channel] === value || alpha.includes(channel)) continue;
      const shown = [...data.subarray(at, at + channels)];
      throw colouredMask(file, pixel % width, Math.floor(pixel / width), shown);
    }
    values[pixel] = value;
  }
  return { width, height, channels: 1, data: values };
}

/** Alpha that changes hides a part of the mask. */
function checkAlpha(file: string, { width, channels, data, alpha }: Stored): void {
  for (const channel of alpha) {
    const first = data[channel]!;
    for (let at = channel; at < data.length; at += channels) {
      if (data[at] === first) continue;
      const pixel = Math.floor(at / channels);
      throw transparentMask(file, pixel % width, Math.floor(pixel / width), first, data[at]!);
    }
  }
}
