import type { Facts, Sample } from '@raremask/core';
import { convertIndexedToRgb, decode } from 'fast-png';
import { framesOf } from './frames.ts';

/** Pixels as they are stored, channels last. */
interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly data: Uint8Array | Uint16Array;
}

/** A file as the network's data set would read it. */
export async function sampleOf(file: File, facts: Facts, upright: boolean): Promise<Sample> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  if (framesOf(bytes) > 1)
    throw new Error('the file has several pictures; save one picture a file, as for training');
  const isPng = bytes[0] === 0x89 && bytes[1] === 0x50;
  const pixels = isPng ? pngPixels(bytes) : await decodedPixels(file, upright);
  const { width, height } = pixels;
  const id = file.name.replace(/\.[^.]+$/, '');
  return { id, size: [height, width], image: inChannels(pixels, facts.channels) };
}

/** Exactly, up to 16 bits; without alpha. */
function pngPixels(bytes: Uint8Array): Pixels {
  const png = decode(bytes);
  const { width, height } = png;
  if (png.palette) {
    const channels = png.palette[0]!.length;
    const data = new Uint8Array(convertIndexedToRgb(png));
    return withoutAlpha({ width, height, channels, data }, channels === 4);
  }
  if (png.depth < 8)
    throw new Error(`images of ${png.depth} bits are not read by this page; save it with 8`);
  const data = png.data as Uint8Array | Uint16Array;
  return withoutAlpha({ width, height, channels: png.channels, data }, png.channels % 2 === 0);
}

function withoutAlpha(pixels: Pixels, has: boolean): Pixels {
  if (!has) return pixels;
  const { width, height, channels, data } = pixels;
  const kept = channels - 1;
  const values =
    data instanceof Uint8Array
      ? new Uint8Array(width * height * kept)
      : new Uint16Array(width * height * kept);
  for (let pixel = 0; pixel < width * height; pixel++) {
    for (let at = 0; at < kept; at++) values[pixel * kept + at] = data[pixel * channels + at]!;
  }
  return { width, height, channels: kept, data: values };
}

/** What the browser decodes, as it is stored: no colour profile is applied. */
async function decodedPixels(file: File, upright: boolean): Promise<Pixels> {
  const bitmap = await createImageBitmap(file, {
    colorSpaceConversion: 'none',
    premultiplyAlpha: 'none',
    imageOrientation: upright ? 'from-image' : 'none',
  });
  const { width, height } = bitmap;
  const context = new OffscreenCanvas(width, height).getContext('2d', {
    willReadFrequently: true,
  })!;
  context.drawImage(bitmap, 0, 0);
  const { data } = context.getImageData(0, 0, width, height);
  return withoutAlpha({ width, height, channels: 4, data: new Uint8Array(data) }, true);
}

function inChannels(
  { width, height, channels, data }: Pixels,
  wanted: number,
): Uint8Array | Uint16Array {
  if (channels === wanted) return data;
  const make = (length: number) =>
    data instanceof Uint8Array ? new Uint8Array(length) : new Uint16Array(length);
  const pixels = width * height;
  if (channels === 1 && wanted === 3) {
    const values = make(pixels * 3);
    for (let pixel = 0; pixel < pixels; pixel++)
      values.fill(data[pixel]!, pixel * 3, pixel * 3 + 3);
    return values;
  }
  if (channels === 3 && wanted === 1) {
    // Brightness as Rec. ITU-R BT.601 weighs it, as the data set does.
    const values = make(pixels);
    for (let pixel = 0; pixel < pixels; pixel++) {
      const [red, green, blue] = [data[pixel * 3]!, data[pixel * 3 + 1]!, data[pixel * 3 + 2]!];
      values[pixel] =
        red === green && green === blue
          ? red
          : Math.round(0.299 * red + 0.587 * green + 0.114 * blue);
    }
    return values;
  }
  throw new Error(
    `the model was trained on images of ${wanted} channels, and this one has ${channels}`,
  );
}
