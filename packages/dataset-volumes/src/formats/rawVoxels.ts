import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { firstBytes } from './firstBytes.ts';
import { metaText } from './metaHeader.ts';

/** A header is smaller than this. */
const PART = 65536;

/** Where the voxels of a NRRD or MetaImage file lie, and how they are packed. */
export interface StoredVoxels {
  readonly file: string;
  /** First byte of them. */
  readonly at: number;
  /** Bytes of the file from there on. */
  readonly length: number;
  readonly packed: boolean;
}

/**
 * Where the voxels of a NRRD or MetaImage file lie; undefined where they lie in another way, as in several
 * files or as text: then their length tells nothing.
 *
 * @throws RaremaskError where the header of a MetaImage cannot be that of one
 */
export async function storedVoxels(file: string): Promise<StoredVoxels | undefined> {
  const { bytes, size } = await firstBytes(file, PART);
  const text = bytes.toString('latin1');
  const found = text.startsWith('NRRD') ? nrrdVoxels(text) : metaVoxels(file, text);
  if (found === undefined) return undefined;
  const { at, packed } = found;
  if (typeof at === 'number') return { file, at, length: size - at, packed };
  const own = join(dirname(file), at);
  const length = await stat(own).then(
    (found) => found.size,
    () => undefined,
  );
  return length === undefined ? undefined : { file: own, at: 0, length, packed };
}

interface Place {
  /** First byte in the file itself, or the name of another file. */
  readonly at: number | string;
  readonly packed: boolean;
}

function nrrdVoxels(text: string): Place | undefined {
  const end = /\r?\n\r?\n/.exec(text);
  const header = text.slice(0, end?.index);
  const encoding = /^encoding: *(raw|gz|gzip)\s*$/im.exec(header)?.[1];
  if (encoding === undefined || /^(line|byte) ?skip:/im.test(header)) return undefined;
  const packed = encoding.toLowerCase() !== 'raw';
  const detached = /^data ?file: *(\S[^\r\n]*?)\s*$/im.exec(header)?.[1];
  if (detached !== undefined) {
    return /^LIST|%/.test(detached) ? undefined : { at: detached, packed };
  }
  return end === null ? undefined : { at: end.index + end[0].length, packed };
}

function metaVoxels(file: string, text: string): Place | undefined {
  const { entries, end } = metaText(file, text);
  const name = entries.get('ElementDataFile')!;
  const binary = !/^(false|f|0)$/i.test(entries.get('BinaryData') ?? 'True');
  if (!binary || entries.has('HeaderSize') || /^LIST|%/.test(name)) return undefined;
  const packed = /^(true|t|1)$/i.test(entries.get('CompressedData') ?? 'False');
  return { at: name === 'LOCAL' ? end : name, packed };
}
