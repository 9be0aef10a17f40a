import { readFile } from 'node:fs/promises';
import sharp, { type Metadata } from 'sharp';
import { colouredMask, lossyMask, maskChannels, transparentMask } from '../masks/errors.ts';
import { cannotRead, damagedFile, notFiniteImage, unsupportedFile } from './errors.ts';
import { decodePng, hasPngEnd, type PngHeader, pngHeader, type Raster } from './png.ts';
import { missingOfTiff } from './tiffExtent.ts';

/** How images are read: as they are stored, or turned into one or three channels. */
export type Channels = 1 | 3;

/** One thread for each read, and no copies kept: reading is parallel already, over the samples. */
export function prepareDecoder(): void {
  sharp.concurrency(1);
  sharp.cache(false);
}

/** The image with one or three channels, as stored; alpha is dropped. */
export async function decodeImage(file: string): Promise<Raster> {
  const bytes = await bytesOf(file);
  const png = pngHeader(bytes);
  if (png !== undefined && !hasPngEnd(bytes))
    throw damagedFile(file, 'the end of the PNG is missing');
  const raster =
    png !== undefined && (png.depth === 16 || isPlain(png))
      ? withoutAlpha(exactPng(file, bytes, png))
      : await decodeWithSharp(file, bytes);
  checkFinite(file, raster);
  return raster;
}

/** One byte a channel, row by row: nothing that a decoder would have to decide. */
function isPlain({ depth, palette, interlaced }: PngHeader): boolean {
  return depth === 8 && !palette && !interlaced;
}

/** Channels of the image as stored, without alpha, from the head of the file. */
export async function storedChannels(file: string): Promise<Channels> {
  const bytes = await bytesOf(file);
  const png = pngHeader(bytes);
  if (png !== undefined) return png.colour ? 3 : 1;
  return readable(file, await metadataOf(file, bytes)) === 'grey' ? 1 : 3;
}

/**
 * The mask's one value a pixel, exactly as stored; the index where the file has a palette.
 * Channels that are equal count as one, constant alpha is dropped.
 */
export async function decodeMask(file: string): Promise<Raster> {
  const bytes = await bytesOf(file);
  const png = pngHeader(bytes);
  if (png !== undefined) {
    if (!hasPngEnd(bytes)) throw damagedFile(file, 'the end of the PNG is missing');
    return oneValue(file, exactPng(file, bytes, png));
  }
  const metadata = await metadataOf(file, bytes);
  if (metadata.format !== 'tiff') throw lossyMask(file, metadata.format.toUpperCase());
  return oneValue(file, await decodeWithSharp(file, bytes));
}

/** The channels of one mask file, each as a mask of its own. */
export async function decodeMaskChannels(
  file: string,
  names: readonly string[],
): Promise<readonly Raster[]> {
  const bytes = await bytesOf(file);
  const png = pngHeader(bytes);
  let raster: Raster;
  if (png !== undefined) {
    if (!hasPngEnd(bytes)) throw damagedFile(file, 'the end of the PNG is missing');
    raster = exactPng(file, bytes, png);
  } else {
    const metadata = await metadataOf(file, bytes);
    if (metadata.format !== 'tiff') throw lossyMask(file, metadata.format.toUpperCase());
    raster = await decodeWithSharp(file, bytes, true);
  }
  const { width, height, channels, data } = raster;
  if (channels !== names.length) throw maskChannels(file, names, channels);
  return names.map((_, channel) => {
    const values = sameKind(data, width * height);
    for (let pixel = 0; pixel < values.length; pixel++) {
      values[pixel] = data[pixel * channels + channel]!;
    }
    return { width, height, channels: 1, data: values };
  });
}

async function bytesOf(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    throw cannotRead(file, error);
  }
}

function exactPng(file: string, bytes: Buffer, { depth, interlaced }: PngHeader): Raster {
  if (interlaced && depth < 8) {
    throw unsupportedFile(file, `an interlaced PNG of ${depth} bit`, 'save it without interlacing');
  }
  try {
    return decodePng(bytes);
  } catch (error) {
    throw damagedFile(file, reasonOf(error), error);
  }
}

async function metadataOf(file: string, bytes: Buffer): Promise<Metadata> {
  try {
    return await sharp(bytes, { failOn: 'error' }).metadata();
  } catch (error) {
    const reason = reasonOf(error);
    if (bytes.length === 0) throw damagedFile(file, 'it is empty');
    if (beginsLikeAnImage(bytes)) throw damagedFile(file, reason, error);
    throw unsupportedFile(file, 'something else', 'convert it, or take it out of the data set');
  }
}

/** True for the first bytes of JPEG and TIFF files (little-endian and big-endian, with 64 bits too). */
function beginsLikeAnImage(bytes: Buffer): boolean {
  const start = bytes.toString('latin1', 0, 4);
  return start.startsWith('\xff\xd8\xff') || /^(II[*+]\0|MM\0[*+])/.test(start);
}

/** Grey or colour; throws for whatever would not be read as it is stored. */
function readable(file: string, metadata: Metadata): 'grey' | 'colour' | 'cmyk' {
  const { format, space, depth, pages } = metadata;
  if (format !== 'png' && format !== 'jpeg' && format !== 'tiff') {
    throw unsupportedFile(file, `${format}`, 'convert it to PNG');
  }
  if ((pages ?? 1) > 1) {
    throw unsupportedFile(file, `${pages} pages in one file`, 'save one picture a file');
  }
  if (depth === 'short' || depth === 'char') {
    throw unsupportedFile(
      file,
      'integers with a sign',
      'save it as 32-bit float, or shift the values to 0 and above',
    );
  }
  if (space === 'b-w' || space === 'grey16') return 'grey';
  if (space === 'srgb' || space === 'rgb16' || space === 'scrgb' || space === 'rgb')
    return 'colour';
  if (space === 'cmyk') return 'cmyk';
  throw unsupportedFile(
    file,
    `${metadata.channels} channels in the colour space ${space}`,
    'convert it to grey or RGB',
  );
}

/** Stored values of JPEG, TIFF, and of PNG that is packed, interlaced or has a palette, without colour management (except for CMYK). */
async function decodeWithSharp(file: string, bytes: Buffer, keepAlpha = false): Promise<Raster> {
  const metadata = await metadataOf(file, bytes);
  const kind = readable(file, metadata);
  const missing = metadata.format === 'tiff' ? missingOfTiff(bytes) : undefined;
  if (missing !== undefined) throw damagedFile(file, missing);
  const integer = metadata.depth === 'uchar' || metadata.depth === 'ushort';
  const space = kind === 'cmyk' ? 'srgb' : metadata.space;
  try {
    const source = sharp(bytes, { failOn: 'error', ignoreIcc: kind !== 'cmyk' });
    const { data, info } = await (keepAlpha ? source : source.removeAlpha())
      .toColourspace(space)
      .raw({ depth: integer ? metadata.depth : 'float' })
      .toBuffer({ resolveWithObject: true });
    const { width, height, channels } = info;
    const memory = data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength);
    const values =
      metadata.depth === 'uchar'
        ? new Uint8Array(memory)
        : metadata.depth === 'ushort'
          ? new Uint16Array(memory)
          : new Float32Array(memory);
    return { width, height, channels, data: values };
  } catch (error) {
    throw damagedFile(file, reasonOf(error), error);
  }
}

function withoutAlpha(raster: Raster): Raster {
  const { width, height, channels, data } = raster;
  if (channels === 1 || channels === 3) return raster;
  const kept = channels - 1;
  const values = sameKind(data, width * height * kept);
  for (let pixel = 0; pixel < width * height; pixel++) {
    for (let channel = 0; channel < kept; channel++) {
      values[pixel * kept + channel] = data[pixel * channels + channel]!;
    }
  }
  return { width, height, channels: kept, data: values };
}

function sameKind(like: Raster['data'], length: number): Raster['data'] {
  if (like instanceof Uint8Array) return new Uint8Array(length);
  return like instanceof Uint16Array ? new Uint16Array(length) : new Float32Array(length);
}

function checkFinite(file: string, { data, width, channels }: Raster): void {
  if (!(data instanceof Float32Array)) return;
  const at = data.findIndex((value) => !Number.isFinite(value));
  if (at < 0) return;
  const pixel = Math.floor(at / channels);
  throw notFiniteImage(file, pixel % width, Math.floor(pixel / width), data[at]!);
}

function oneValue(file: string, raster: Raster): Raster {
  const { width, height, channels, data } = raster;
  if (channels === 1) return raster;
  const colours = channels > 2 ? 3 : 1;
  const values = sameKind(data, width * height);
  for (let pixel = 0; pixel < values.length; pixel++) {
    const at = pixel * channels;
    const value = data[at]!;
    const x = pixel % width;
    const y = Math.floor(pixel / width);
    if (colours === 3 && (data[at + 1] !== value || data[at + 2] !== value)) {
      throw colouredMask(file, x, y, [...data.subarray(at, at + 3)]);
    }
    if (channels > colours && data[at + colours] !== data[colours]) {
      throw transparentMask(file, x, y, data[colours]!, data[at + colours]!);
    }
    values[pixel] = value;
  }
  return { width, height, channels: 1, data: values };
}

/**
 * Turns grey into three equal channels, or colour into grey with the weights of Rec. ITU-R BT.601;
 * equal channels keep their value.
 */
export function convertChannels(raster: Raster, channels: Channels): Raster {
  if (raster.channels === channels) return raster;
  const { width, height, data } = raster;
  const values = sameKind(data, width * height * channels);
  const whole = !(data instanceof Float32Array);
  for (let pixel = 0; pixel < width * height; pixel++) {
    if (channels === 3) {
      values.fill(data[pixel]!, pixel * 3, pixel * 3 + 3);
      continue;
    }
    const [red, green, blue] = [data[pixel * 3]!, data[pixel * 3 + 1]!, data[pixel * 3 + 2]!];
    const grey = red === green && green === blue ? red : 0.299 * red + 0.587 * green + 0.114 * blue;
    values[pixel] = whole ? Math.round(grey) : grey;
  }
  return { width, height, channels, data: values };
}

function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.trim().split('\n').join('; ').replace(/\.$/, '');
}
