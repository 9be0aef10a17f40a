import { readFile } from 'node:fs/promises';
import { cannotRead, damagedFile, unsupportedFile } from './errors.ts';
import type { Format } from './formats.ts';
import { isPng } from './png/chunks.ts';

export interface ImageBytes {
  readonly format: Format;
  readonly bytes: Buffer;
}

/** Names of other formats by how their files begin. */
const OTHERS: readonly (readonly [name: string, start: RegExp])[] = [
  ['webp', /^RIFF....WEBP/s],
  ['heif or avif', /^....ftyp/s],
  ['jp2', /^(?:.{4}jP|\xff\x4f\xff\x51)/s],
  ['svg or another XML', /^\s*</],
  ['psd', /^8BPS/],
];

/** Reads a file whole and says what it is by its first bytes; refuses whatever is no image that is read. */
export async function imageBytes(file: string): Promise<ImageBytes> {
  let bytes: Buffer;
  try {
    bytes = await readFile(file);
  } catch (error) {
    throw cannotRead(file, error);
  }
  return { format: formatOf(file, bytes), bytes };
}

/** @param bytes of the file, from the first on */
export function formatOf(file: string, bytes: Buffer): Format {
  if (bytes.length === 0) throw damagedFile(file, 'it is empty');
  const start = bytes.toString('latin1', 0, 16);
  if (isPng(bytes)) return 'png';
  if (start.startsWith('\xff\xd8\xff')) return 'jpeg';
  if (/^(II[*+]\0|MM\0[*+])/.test(start)) return 'tiff';
  if (start.startsWith('BM')) return 'bmp';
  if (/^GIF8[79]a/.test(start)) return 'gif';
  if (/^(\x89PN?|\xff\xd8?|II[*+]?|MM\0?|B|GI?|GIF(8[79]?)?)$/.test(start)) {
    throw damagedFile(file, `it ends after ${bytes.length} bytes`);
  }
  const name = OTHERS.find(([, begin]) => begin.test(start))?.[0] ?? 'something else';
  throw unsupportedFile(file, name, 'convert it to PNG, or take it out of the data set');
}
