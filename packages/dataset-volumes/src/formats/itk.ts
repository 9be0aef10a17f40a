import { createReadStream } from 'node:fs';
import { createUnzip } from 'node:zlib';
import { needsPackage, notThere, tooLong, truncated, unknownPixels } from './errors.ts';
import { checkedAffine } from './niftiPlace.ts';
import { type StoredVoxels, storedVoxels } from './rawVoxels.ts';
import { unpackingFailed } from './unpacking.ts';
import type { Affine, Header, Values, Volume } from './volume.ts';

/** An image as itk-wasm gives it: x fastest, components of a voxel side by side, places in LPS+. */
export interface ItkImage {
  readonly imageType: {
    readonly dimension: number;
    readonly componentType: string;
    readonly pixelType: string;
    readonly components: number;
  };
  readonly origin: readonly number[];
  readonly spacing: readonly number[];
  /** Row after row, dimension x dimension. */
  readonly direction: ArrayLike<number>;
  readonly size: readonly number[];
  readonly data: Values | BigInt64Array | BigUint64Array | null;
}

interface ImageIo {
  readImageNode(file: string, options?: { informationOnly: boolean }): Promise<ItkImage>;
}

/** The part of @itk-wasm/dicom that is used. */
export interface DicomIo {
  readImageDicomFileSeriesNode(options: {
    readonly inputImages: readonly string[];
    readonly singleSortedSeries: boolean;
  }): Promise<{ readonly outputImage: ItkImage }>;
}

/** Loads a package that only some users install; its types do not name their own files rightly. */
async function optional<T>(file: string, name: string): Promise<T> {
  try {
    return (await import(name)) as T;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_MODULE_NOT_FOUND') {
      throw needsPackage(file, name, error);
    }
    throw error;
  }
}

export function dicomIo(file: string): Promise<DicomIo> {
  return optional<DicomIo>(file, '@itk-wasm/dicom');
}

export async function readItkHeader(file: string): Promise<Header> {
  const io = await optional<ImageIo>(file, '@itk-wasm/image-io');
  await storedVoxels(file);
  return headerOf(
    file,
    await understood(file, () => io.readImageNode(file, { informationOnly: true })),
  );
}

export async function readItk(file: string): Promise<Volume> {
  const io = await optional<ImageIo>(file, '@itk-wasm/image-io');
  const stored = await storedVoxels(file);
  const got = stored && (await lengthOf(stored));
  const image = await understood(file, () => io.readImageNode(file));
  const volume = volumeOf(file, image);
  const expected = image.data!.byteLength;
  if (got !== undefined && got < expected) throw truncated(file, expected, got);
  if (got !== undefined && got > expected) throw tooLong(file, expected, got);
  return volume;
}

/**
 * Bytes of the voxels. Those that are packed are unpacked for it: the reader takes what comes, whether or not
 * it agrees with its checksum.
 */
async function lengthOf({ file, at, length, packed }: StoredVoxels): Promise<number> {
  if (!packed) return length;
  let unpacked = 0;
  const source = createReadStream(file, { start: at });
  const stream = source.pipe(createUnzip());
  source.on('error', (error) => stream.destroy(error));
  try {
    for await (const part of stream) unpacked += (part as Buffer).length;
  } catch (error) {
    throw unpackingFailed(file, error);
  } finally {
    source.destroy();
  }
  return unpacked;
}

/** What WebAssembly throws is a number, and what the package prints then is for its authors. */
export async function understood<T>(file: string, reading: () => Promise<T>): Promise<T> {
  const stop = dropNotices();
  try {
    return await reading();
  } catch (error) {
    const stopped = 'its reader stopped: the file is damaged, or ends early';
    throw notThere(file, error instanceof Error ? error.message : stopped);
  } finally {
    stop();
  }
}

/** How the notices begin that itk-wasm writes when a reader stops. */
const NOTICES = [
  'Exception while running pipeline:',
  'stdout:',
  'Meta',
  'Uncompress failed',
  'Unsupported JPEG',
  'Stream too short',
  'stderr:',
  'Build module in Debug',
];

let readings = 0;
let printed: Pick<Console, 'log' | 'error'> | undefined;

/** They would stand among the results of a command, on stdout. All else is printed as ever. */
function dropNotices(): () => void {
  if (readings++ === 0) {
    const { log, error } = console;
    printed = { log, error };
    const isNotice = ([first]: readonly unknown[]) =>
      NOTICES.some((notice) => typeof first === 'string' && first.startsWith(notice));
    console.log = (...words) => isNotice(words) || log(...words);
    console.error = (...words) => isNotice(words) || error(...words);
  }
  return () => {
    if (--readings === 0 && printed !== undefined) Object.assign(console, printed);
  };
}

/** LPS+ becomes RAS+: the first two coordinates change their sign. */
function headerOf(file: string, image: ItkImage): Header {
  const { imageType, size, spacing, origin, direction } = image;
  const { dimension, components, pixelType } = imageType;
  if (/rgb|complex/i.test(pixelType)) throw unknownPixels(file, pixelType);
  const [i, j, k, channels = 1] = size;
  if (dimension < 3 || dimension > 4 || (channels > 1 && components > 1)) {
    throw unknownPixels(file, `${size.join('x')} voxels of ${components}`);
  }
  const row = (world: number) => {
    const sign = world < 2 ? -1 : 1;
    const column = (axis: number) => sign * direction[world * dimension + axis]! * spacing[axis]!;
    return [column(0), column(1), column(2), sign * origin[world]!] as const;
  };
  const affine: Affine = [row(0), row(1), row(2)];
  return {
    extent: [i!, j!, k!],
    channels: channels * components,
    affine: checkedAffine(file, affine),
  };
}

export function volumeOf(file: string, image: ItkImage): Volume {
  const header = headerOf(file, image);
  const { data } = image;
  if (data === null) throw notThere(file, 'no voxels');
  const stored =
    data instanceof BigInt64Array || data instanceof BigUint64Array
      ? Float64Array.from(data, Number)
      : data;
  const { components } = image.imageType;
  if (components === 1) return { header, values: stored };
  const voxels = stored.length / components;
  const values = stored.slice();
  for (let at = 0; at < stored.length; at++) {
    values[(at % components) * voxels + Math.floor(at / components)] = stored[at]!;
  }
  return { header, values };
}
