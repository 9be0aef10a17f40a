import { createHash } from 'node:crypto';
import { brokenCheckpoint } from './errors.ts';

/** Where a file of ours keeps its checksums, among its other texts. */
export const CHECKSUMS = 'raremask.checksums';

/** What the header says of an array; offsets in bytes, from the end of the header. */
export interface ArrayEntry {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly from: number;
  readonly to: number;
}

/** SHA-256, in hexadecimal digits: of each array with its type and shape, and of all other texts. */
interface Checksums {
  readonly arrays: Readonly<Record<string, string>>;
  readonly texts: string;
}

type Texts = Readonly<Record<string, string>>;
type Part = Pick<ArrayEntry, 'name' | 'dtype' | 'shape'> & { readonly bytes: Uint8Array };

/** The checksums of a file, as a text of its header. */
export function checksumText(arrays: readonly Part[], texts: Texts): string {
  const sums: Checksums = {
    arrays: Object.fromEntries(arrays.map((array) => [array.name, sumOf(array)])),
    texts: textSum(texts),
  };
  return JSON.stringify(sums);
}

/**
 * Compares a file with the checksums in it; nothing of a file that has none.
 *
 * @param data what follows the header
 * @throws RaremaskError that names the array, or the texts, where they differ
 */
export function verify(
  path: string,
  entries: readonly ArrayEntry[],
  { [CHECKSUMS]: text, ...texts }: Texts,
  data: Uint8Array,
): void {
  if (text === undefined) return;
  const sums = parsed(path, text);
  if (sums.texts !== textSum(texts)) {
    throw brokenCheckpoint(path, 'its description is damaged (its checksum is another)');
  }
  const missing = Object.keys(sums.arrays).find(
    (name) => !entries.some((one) => one.name === name),
  );
  if (missing !== undefined) throw brokenCheckpoint(path, `${missing} is missing`);
  for (const { from, to, ...entry } of entries) {
    if (sums.arrays[entry.name] !== sumOf({ ...entry, bytes: data.subarray(from, to) })) {
      throw brokenCheckpoint(path, `${entry.name} is damaged (its checksum is another)`);
    }
  }
  const end = entries.reduce((last, { to }) => Math.max(last, to), 0);
  if (data.length !== end) {
    throw brokenCheckpoint(path, `${data.length - end} bytes follow its last array`);
  }
}

function parsed(path: string, text: string): Checksums {
  try {
    const sums = JSON.parse(text) as Partial<Checksums> | null;
    if (typeof sums?.texts === 'string' && typeof sums.arrays === 'object')
      return sums as Checksums;
  } catch {
    // Damaged, as below.
  }
  throw brokenCheckpoint(path, 'its checksums are damaged');
}

function sumOf({ dtype, shape, bytes }: Part): string {
  return createHash('sha256').update(`${dtype} ${shape.join()} `).update(bytes).digest('hex');
}

function textSum(texts: Texts): string {
  const sorted = Object.entries(texts).sort(([left], [right]) => (left < right ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(sorted)).digest('hex');
}
