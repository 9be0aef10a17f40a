import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { createGunzip, gunzip } from 'node:zlib';
import { firstBytes } from './firstBytes.ts';
import { HEADER, niftiVolume, parseHeader, startsAsGzip } from './niftiBytes.ts';
import { unpackingFailed } from './unpacking.ts';
import type { Header, Volume } from './volume.ts';

/** Reads only as much of a file as its header needs. */
export async function readNiftiHeader(file: string): Promise<Header> {
  const parts: Buffer[] = [];
  let length = 0;
  try {
    const source = createReadStream(file);
    const stream = startsAsGzip((await firstBytes(file, 2)).bytes)
      ? source.pipe(createGunzip())
      : source;
    source.on('error', (error) => stream.destroy(error));
    try {
      for await (const part of stream) {
        parts.push(part as Buffer);
        length += (part as Buffer).length;
        if (length >= HEADER) break;
      }
    } finally {
      source.destroy();
    }
  } catch (error) {
    throw unpackingFailed(file, error);
  }
  return parseHeader(file, Buffer.concat(parts));
}

export async function readNifti(file: string): Promise<Volume> {
  let bytes: Buffer;
  try {
    bytes = await readFile(file);
    if (startsAsGzip(bytes)) bytes = await promisify(gunzip)(bytes);
  } catch (error) {
    throw unpackingFailed(file, error);
  }
  return niftiVolume(file, bytes);
}
