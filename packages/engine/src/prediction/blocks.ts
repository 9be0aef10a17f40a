import type { Dataset } from '@raremask/core';
import type { Part } from '../reading/part.ts';

/** Samples that are predicted, recorded and gone on with together. */
export interface Block {
  /** Counted from 0 over all images, whichever process predicts it. */
  readonly index: number;
  readonly ids: readonly string[];
}

/** So many samples make a block. */
const SAMPLES = 16;

/**
 * Divides the samples of an archive. Blocks do not depend on who predicts them: the network sees the same
 * images at once in every division, and gives the same numbers. What is written as one file is in one block.
 *
 * @param isWhole whether samples are volumes: a block each
 */
export function* blocksOf(
  { ids, writtenAs }: Pick<Dataset, 'ids' | 'writtenAs'>,
  isWhole: boolean,
): Generator<Block> {
  const most = isWhole ? 1 : SAMPLES;
  let index = 0;
  let block: string[] = [];
  for (const id of ids) {
    const joins = block.length > 0 && writtenAs?.(id) === (writtenAs?.(block.at(-1)!) ?? null);
    if (block.length >= most && !joins) {
      yield { index: index++, ids: block };
      block = [];
    }
    block.push(id);
  }
  if (block.length > 0) yield { index, ids: block };
}

/** Every `of`-th block: parts take about equally long where images that lie together are alike. */
export function isOfPart({ index }: Block, part: Part | undefined): boolean {
  return part === undefined || index % part.of === part.number - 1;
}
