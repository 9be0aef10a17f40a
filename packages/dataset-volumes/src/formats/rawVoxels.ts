import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { firstBytes } from './firstBytes.ts';

/** A header is smaller than this. */
const PART = 65536;

/**
 * Bytes that a NRRD or MetaImage file has for its voxels, behind the header or in a file of their own;
 * undefined where they are compressed, or lie in another way: then their length tells nothing.
 */
export async function rawLength(file: string): Promise<number | undefined> {
  const { bytes, size } = await firstBytes(file, PART);
  const found = voxelsOf(bytes.toString('latin1'));
  if (typeof found !== 'string') return found && size - found;
  return (await stat(join(dirname(file), found))).size;
}

/** Where voxels begin in the file, or the name of the file that they are in. */
function voxelsOf(text: string): number | string | undefined {
  if (text.startsWith('NRRD')) {
    const end = /\r?\n\r?\n/.exec(text);
    const header = text.slice(0, end?.index);
    if (!/^encoding: *raw\s*$/im.test(header) || /^(line|byte) ?skip:/im.test(header))
      return undefined;
    const detached = /^data ?file: *(\S[^\r\n]*?)\s*$/im.exec(header)?.[1];
    if (detached !== undefined) return /^LIST|%/.test(detached) ? undefined : detached;
    return end === null ? undefined : end.index + end[0].length;
  }
  const last = /^ElementDataFile *= *(\S[^\r\n]*?)[ \t]*\r?\n/m.exec(text);
  const header = text.slice(0, last?.index);
  if (
    last === null ||
    /^CompressedData *= *True|^HeaderSize *=|^BinaryData *= *False/im.test(header)
  ) {
    return undefined;
  }
  if (last[1] === 'LOCAL') return last.index + last[0].length;
  return /^LIST|%/.test(last[1]!) ? undefined : last[1];
}
