import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { OnEvent } from '@raremask/core';
import { nothingReadable } from '../opening/errors.ts';
import { readable } from '../opening/readable.ts';
import type { Part } from '../reading/part.ts';
import { type BlockRecord, hasItsFiles, readBlock, stampOf, writeBlock } from './blockRecord.ts';
import { blocksOf, isOfPart } from './blocks.ts';
import { removeTables } from './identity.ts';
import { BLOCKS } from './names.ts';
import { predictBlock, type Work } from './predictBlock.ts';
import { writeTables } from './tables.ts';

export interface Wish {
  readonly out: string;
  readonly probabilities?: boolean;
  readonly part?: Part;
  readonly onlyLook?: boolean;
  readonly signal?: AbortSignal;
  readonly onEvent: OnEvent;
}

export interface PredictResult {
  readonly out: string;
  /** What the set that was trained on says of itself. */
  readonly remark?: string;
  /** Images of this call: of its part, where there are parts. */
  readonly predicted: number;
  /** Of these, those that an earlier call had predicted. */
  readonly before: number;
  /** Of these, those with a pixel of any foreground class. */
  readonly withForeground: number;
  /** What could not be read, and is not predicted. */
  readonly unreadable: number;
  /** Blocks of all parts that are not done; the tables are written when none is left. */
  readonly blocksLeft: number;
  /** Blocks of this call that are not done: all of them where it only looks, the rest where it was ended. */
  readonly left: readonly number[];
  /** What is recorded of this call's images, read from the disk again. */
  records(): AsyncIterable<Pick<BlockRecord, 'images' | 'unreadable'>>;
}

/** At most so many reasons are kept for the error that says that nothing can be read. */
const REASONS = 100;

/** Predicts the blocks of a part that are not done, and writes the tables where no other part has any left. */
export async function predictBlocks(work: Work, wish: Wish): Promise<PredictResult> {
  const { facts, images, begun } = work;
  const { out, part, probabilities = true, onlyLook = false, signal, onEvent } = wish;
  const isVolumes = facts.space === 3;
  const all = [...blocksOf(images, isVolumes)];
  const own = all.filter((block) => isOfPart(block, part));
  const total = own.reduce((sum, { ids }) => sum + ids.length, 0);
  const counts = { predicted: 0, before: 0, withForeground: 0, unreadable: 0 };
  const reasons = new Map<string, { readonly message: string }>();
  let done = 0;
  let isOpen = false;
  const left: number[] = [];
  const progress = (more: number) => {
    done += more;
    onEvent({ type: 'validate', epoch: 0, done, total });
  };
  for (const block of own) {
    if (signal?.aborted) {
      left.push(block.index);
      continue;
    }
    const samples = await stampOf(images, block);
    const found = await readBlock(out, block.index, begun.digest);
    const isKept = found?.samples === samples && (await isDone(work, out, found));
    if (!isKept && onlyLook) {
      left.push(block.index);
      continue;
    }
    if (isKept) progress(block.ids.length);
    else if (!isOpen) {
      await removeTables(out);
      isOpen = true;
    }
    const record = isKept
      ? found
      : {
          ...{ digest: begun.digest, samples },
          ...(await predictBlock(work, block, { out, probabilities, onImage: () => progress(1) })),
        };
    if (!isKept) await writeBlock(out, block.index, record);
    counts.predicted += record.images.length;
    if (isKept) counts.before += record.images.length;
    counts.withForeground += record.images.filter(({ foreground }) => foreground > 0).length;
    counts.unreadable += record.unreadable.length;
    for (const { id, message } of record.unreadable) {
      if (reasons.size < REASONS) reasons.set(id, { message });
    }
  }
  if (part === undefined && left.length === 0 && counts.predicted === 0 && counts.unreadable > 0) {
    for (const name of [BLOCKS, 'predictions.json']) {
      await rm(join(out, name), { recursive: true, force: true });
    }
    throw nothingReadable(reasons, counts.unreadable);
  }
  const { digest } = begun;
  const blocksLeft = await writeTables(out, { count: all.length, digest, isVolumes, left });
  const { remark } = facts;
  return {
    ...{ out, ...counts, blocksLeft, left },
    ...(remark !== undefined && { remark }),
    async *records() {
      for (const { index } of own) {
        const record = await readBlock(out, index, digest);
        if (record !== undefined) yield record;
      }
    },
  };
}

/** Whether nothing of a block can be done any more: its files are there, and what was unreadable still is. */
async function isDone({ feed }: Work, out: string, record: BlockRecord): Promise<boolean> {
  if (!hasItsFiles(out, record)) return false;
  const ids = record.unreadable.map(({ id }) => id);
  const again = readable(
    ids,
    (id) => feed.whole([id]),
    1,
    () => undefined,
  );
  for await (const _ of again) return false;
  return true;
}
