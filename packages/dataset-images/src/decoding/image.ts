import type { PixelSize } from '@raremask/core';
import sharp from 'sharp';
import { decodeBmp } from './bmp/bmp.ts';
import { type ImageBytes, imageBytes } from './bytes.ts';
import {
  damagedFile,
  inexactValue,
  notFiniteImage,
  unsupportedFile,
  whiteIsZeroValues,
} from './errors.ts';
import { decodeGif } from './gif/gif.ts';
import { headOfBytes } from './head.ts';
import { missingOfJpeg } from './jpeg/jpeg.ts';
import { type Orientation, turnUpright } from './orientation.ts';
import { paletteColours } from './palette.ts';
import { decodePng } from './png/png.ts';
import type { Raster, Stored } from './raster.ts';
import type { Layout } from './tiff/layout.ts';
import { PHOTOMETRIC, type TiffPicture, tiffPicture, tiffValues } from './tiff/tiff.ts';
import { InexactValue } from './tiff/values.ts';
import { Unread } from './unread.ts';

/** One thread for each read, and no copies kept: reading is parallel already, over the samples. */
export function prepareDecoder(): void {
  sharp.concurrency(1);
  sharp.cache(false);
}

/** How images are decoded. */
export interface ImageReading {
  /** Whether a CMYK picture keeps its four inks, and is not turned into RGB. */
  readonly inks: boolean;
  /** Whether the picture is turned as its file says. */
  readonly upright: boolean;
}

/** The picture of a file with all its channels; a palette is read as its colours. */
export async function decodeImage(file: string, reading: ImageReading): Promise<Stored> {
  return (await decodeScaled(file, reading)).stored;
}

/** The same, with what the file says of its pixels' size along [height, width] of the picture. */
export async function decodeScaled(
  file: string,
  reading: ImageReading,
): Promise<{ readonly stored: Stored; readonly pixelSize: PixelSize }> {
  const whole = await imageBytes(file);
  const stored = await storedImage(file, whole, reading.inks);
  checkFinite(file, stored);
  const { orientation, pixelSize } = await headOfBytes(whole.format, whole.bytes);
  if (!reading.upright) return { stored, pixelSize };
  const { millimetres, said } = pixelSize;
  const turned =
    orientation > 4 && millimetres ? { millimetres: millimetres.toReversed(), said } : pixelSize;
  return { stored: turnUpright(stored, orientation), pixelSize: turned };
}

/** How the file's picture has to be turned; 1 = not at all. */
export async function orientationOf({ format, bytes }: ImageBytes): Promise<Orientation> {
  return (await headOfBytes(format, bytes)).orientation;
}

function storedImage(
  file: string,
  { format, bytes }: ImageBytes,
  inks: boolean,
): Promise<Stored> | Stored {
  if (format === 'png') return pngImage(file, bytes);
  if (format === 'tiff') return tiffImage(file, bytes, inks);
  if (format === 'bmp') return bmpPixels(file, bytes, 'colour');
  return format === 'gif' ? gifPixels(file, bytes) : jpegImage(file, bytes, inks);
}

/** @param palette what is taken of a palette in colour */
export function bmpPixels(file: string, bytes: Buffer, palette: 'index' | 'colour'): Stored {
  try {
    return decodeBmp(bytes, palette);
  } catch (error) {
    throw refusal(file, error);
  }
}

export function gifPixels(file: string, bytes: Buffer): Stored {
  try {
    return decodeGif(bytes);
  } catch (error) {
    throw refusal(file, error);
  }
}

function pngImage(file: string, bytes: Buffer): Stored {
  const { palette, depth, frames: _, ...raster } = pngPixels(file, bytes);
  const { width, height, channels, data } = raster;
  if (palette !== undefined) {
    const colours = paletteColours(data, (index, channel) => palette[3 * index + channel]!);
    return { width, height, channels: 3, data: colours, colour: true, alpha: [] };
  }
  if (depth < 8) {
    const factor = 255 / (2 ** depth - 1);
    for (let at = 0; at < data.length; at++) data[at]! *= factor;
  }
  const alpha = channels % 2 === 0 ? [channels - 1] : [];
  return { ...raster, colour: channels > 2, alpha };
}

export function pngPixels(file: string, bytes: Buffer): ReturnType<typeof decodePng> {
  let pixels: ReturnType<typeof decodePng>;
  try {
    pixels = decodePng(bytes);
  } catch (error) {
    throw damagedFile(file, reasonOf(error), error);
  }
  const { frames } = pixels;
  if (frames < 2) return pixels;
  throw unsupportedFile(file, `${frames} pictures in one file`, 'save one picture a file');
}

async function jpegImage(file: string, bytes: Buffer, inks: boolean): Promise<Stored> {
  const missing = missingOfJpeg(bytes);
  if (missing !== undefined) throw damagedFile(file, missing);
  return bySharp(file, bytes, inks);
}

/** Stored values of a JPEG or fax TIFF, without colour management (except from CMYK to RGB). */
async function bySharp(file: string, bytes: Buffer, inks: boolean): Promise<Stored> {
  try {
    // A warning of the decoder means that it has made something up.
    const { space } = await sharp(bytes, { failOn: 'warning' }).metadata();
    const wanted = space === 'b-w' ? 'b-w' : inks && space === 'cmyk' ? 'cmyk' : 'srgb';
    const { data, info } = await sharp(bytes, {
      failOn: 'warning',
      ignoreIcc: wanted !== 'srgb' || space !== 'cmyk',
    })
      .toColourspace(wanted)
      .raw()
      .toBuffer({ resolveWithObject: true });
    const { width, height, channels } = info;
    const values = new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice();
    return { width, height, channels, data: values, colour: wanted === 'srgb', alpha: [] };
  } catch (error) {
    throw damagedFile(file, reasonOf(error), error);
  }
}

async function tiffImage(file: string, bytes: Buffer, inks: boolean): Promise<Stored> {
  const { picture, raster } = await tiffPixels(file, bytes);
  const { layout } = picture;
  const { photometric, alpha, bits } = layout;
  if (raster === undefined) return bySharp(file, bytes, inks);
  const { width, height, channels, data } = raster;
  if (photometric === PHOTOMETRIC.palette) {
    const colours = paletteColours(data, mapColour(file, layout, data));
    return { width, height, channels: 3, data: colours, colour: true, alpha: [] };
  }
  if (photometric === PHOTOMETRIC.cmyk && !inks) {
    if (bits !== 8 || channels !== 4) {
      const got = `CMYK of ${channels} samples of ${bits} bits`;
      throw unsupportedFile(file, got, 'convert it to RGB, or name bands in data.with.channels');
    }
    // The values have been checked above; the colours are those of the file's profile.
    return bySharp(file, bytes, false);
  }
  if (photometric === PHOTOMETRIC.whiteIsZero) invert(file, layout, data);
  if (layout.format === 'unsigned' && bits < 8) {
    const factor = 255 / (2 ** bits - 1);
    for (let at = 0; at < data.length; at++) data[at]! *= factor;
  }
  const colour = photometric === PHOTOMETRIC.rgb || photometric === 6;
  return { ...raster, colour, alpha };
}

/** The values as they are stored; without `raster` where the whole picture must be decoded at once (fax). */
export async function tiffPixels(
  file: string,
  bytes: Buffer,
): Promise<{ picture: TiffPicture; raster: Raster | undefined }> {
  try {
    const picture = tiffPicture(bytes);
    return { picture, raster: await tiffValues(bytes, picture) };
  } catch (error) {
    throw refusal(file, error);
  }
}

/** A TIFF palette has all reds, then greens, then blues, of 16 bits; some programs write 8. */
export function mapColour(
  file: string,
  { colourMap, bits }: Layout,
  indices: Raster['data'],
): (index: number, channel: number) => number {
  const entries = 2 ** bits;
  if (colourMap?.length !== 3 * entries) {
    const held = colourMap?.length ?? 0;
    throw damagedFile(file, `its palette has ${held} entries, ${3 * entries} are needed`);
  }
  if (!(indices instanceof Uint8Array) && !(indices instanceof Uint16Array)) {
    throw damagedFile(file, 'its palette is for whole numbers without a sign');
  }
  const shift = colourMap.some((value) => value > 255) ? 8 : 0;
  return (index, channel) => colourMap[channel * entries + index]! >> shift;
}

/** Brightness where 0 is white. */
function invert(file: string, { format, bits, alpha, samples }: Layout, data: Raster['data']) {
  if (format !== 'unsigned' || bits > 16) throw whiteIsZeroValues(file, `${format}, ${bits} bits`);
  const highest = 2 ** bits - 1;
  for (let at = 0; at < data.length; at++) {
    if (!alpha.includes(at % samples)) data[at] = highest - data[at]!;
  }
}

function checkFinite(file: string, { data, width, channels }: Raster): void {
  if (!(data instanceof Float32Array)) return;
  const at = data.findIndex((value) => !Number.isFinite(value));
  if (at < 0) return;
  const pixel = Math.floor(at / channels);
  throw notFiniteImage(file, pixel % width, Math.floor(pixel / width), data[at]!);
}

/** Why a decoder does not read a file. */
function refusal(file: string, error: unknown): Error {
  if (error instanceof Unread) return unsupportedFile(file, error.message, error.remedy);
  if (error instanceof InexactValue) return inexactValue(file, error.message);
  return damagedFile(file, reasonOf(error), error);
}

/** What a decoder says, on one line. */
function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.trim().split('\n').join('; ').replace(/\.$/, '');
}
