import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { csvText, removePartials, writeAtomically } from '@raremask/record';
import { type BlockRecord, type PredictedImage, readBlock } from './blockRecord.ts';
import { BLOCKS, DOUBT, TABLE, UNREADABLE } from './names.ts';

type Cell = string | number | null;

/**
 * Puts the tables together from the records of all blocks, where all are there. The blocks are read one
 * after the other. Whoever comes last writes; of two that come at once both write the same.
 *
 * @param count of blocks, of all parts
 * @param left blocks whose records, where they have any, do not count
 * @returns blocks that are not done
 */
export async function writeTables(
  out: string,
  {
    count,
    digest,
    isVolumes,
    left: unfinished,
  }: { count: number; digest: string; isVolumes: boolean; left: readonly number[] },
): Promise<number> {
  const isUnfinished = new Set(unfinished);
  let left = 0;
  let hasDepth = isVolumes;
  let hasDoubt = false;
  let hasUnreadable = false;
  for (let index = 0; index < count; index++) {
    const record = await readBlock(out, index, digest);
    if (record === undefined || isUnfinished.has(index)) left++;
    hasDepth ||= record?.images.some(({ depth }) => depth !== undefined) === true;
    hasDoubt ||= record?.images.some(({ doubt }) => doubt !== undefined) === true;
    hasUnreadable ||= (record?.unreadable.length ?? 0) > 0;
  }
  if (left > 0) return left;
  const records = async function* () {
    for (let index = 0; index < count; index++) {
      const record = await readBlock(out, index, digest);
      if (record !== undefined) yield record;
    }
  };
  // What a process that was killed has left half written.
  await removePartials(out, false);
  for (const folder of ['masks', 'probabilities', DOUBT, BLOCKS]) {
    if (existsSync(join(out, folder))) await removePartials(join(out, folder));
  }
  if (hasUnreadable) {
    const rows = ({ unreadable }: BlockRecord) =>
      unreadable.map(({ id, code, message }) => [id, code, message]);
    await writeAtomically(join(out, UNREADABLE), table(['id', 'code', 'reason'], records(), rows));
  } else {
    await rm(join(out, UNREADABLE), { force: true });
  }
  const header = [
    ...['id', 'width', 'height'],
    ...(hasDepth ? ['depth'] : []),
    ...['foreground_pixels', 'structures', 'largest_probability'],
    ...(hasDoubt ? ['largest_doubt'] : []),
  ];
  const has = { depth: hasDepth, doubt: hasDoubt };
  const rows = ({ images }: BlockRecord) => images.map((image) => cells(image, has));
  await writeAtomically(join(out, TABLE), table(header, records(), rows));
  return 0;
}

async function* table(
  header: readonly string[],
  records: AsyncIterable<BlockRecord>,
  rowsOf: (record: BlockRecord) => readonly (readonly Cell[])[],
): AsyncGenerator<string> {
  yield csvText(header, []);
  for await (const record of records) yield csvText([], rowsOf(record), { forPeople: true });
}

function cells(
  image: PredictedImage,
  has: { readonly depth: boolean; readonly doubt: boolean },
): readonly Cell[] {
  return [
    ...[image.id, image.width, image.height],
    ...(has.depth ? [image.depth ?? null] : []),
    ...[image.foreground, image.structures, image.probability.toFixed(6)],
    ...(has.doubt ? [image.doubt?.toFixed(6) ?? null] : []),
  ];
}
