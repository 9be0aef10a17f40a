import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Dataset } from '@raremask/core';
import { readJson, writeJson } from '@raremask/record';
import type { Block } from './blocks.ts';
import { sha256 } from './identity.ts';
import { BLOCKS } from './names.ts';

/** One row of predictions.csv. */
export interface PredictedImage {
  readonly id: string;
  readonly width: number;
  readonly height: number;
  /** Of volumes alone. */
  readonly depth?: number;
  /** Pixels of any foreground class. */
  readonly foreground: number;
  /** Connected components of any foreground. */
  readonly structures: number;
  /** Largest probability of foreground in the image. */
  readonly probability: number;
  /** Largest doubt in the image, of several networks. */
  readonly doubt?: number;
}

/** A sample that is not predicted, and why. */
export interface UnreadableImage {
  readonly id: string;
  readonly code: string;
  readonly message: string;
}

/** What is kept of a block, written when all of its files are. */
export interface BlockRecord {
  /** Of the predictions that it belongs to. */
  readonly digest: string;
  /** Of the block's samples and their files, as they were read. */
  readonly samples: string;
  /** Paths below the folder of the predictions. */
  readonly files: readonly string[];
  readonly images: readonly PredictedImage[];
  readonly unreadable: readonly UnreadableImage[];
}

/** Undefined where the block has no record, or one of other predictions. */
export async function readBlock(
  out: string,
  index: number,
  digest: string,
): Promise<BlockRecord | undefined> {
  const path = pathOf(out, index);
  const record = await readJson<BlockRecord>(path, `remove ${path}: its images are predicted anew`);
  return record?.digest === digest ? record : undefined;
}

export async function writeBlock(out: string, index: number, record: BlockRecord): Promise<void> {
  await writeJson(pathOf(out, index), record);
}

/** Whether all files of a block are there. Each was written whole before the record was. */
export function hasItsFiles(out: string, { files }: BlockRecord): boolean {
  return files.every((path) => existsSync(join(out, path)));
}

/** A text that changes where the samples of a block, or their files, do. */
export async function stampOf(images: Dataset, { ids }: Block): Promise<string> {
  const stamps: string[] = [];
  for (const id of ids) stamps.push(id, await fingerprint(images, id));
  return sha256(stamps.join('\0'));
}

async function fingerprint(images: Dataset, id: string): Promise<string> {
  try {
    if (images.fingerprint !== undefined) return await images.fingerprint(id);
    const file = images.files?.(id).image;
    if (file === undefined) return '';
    const { size, mtimeMs } = await stat(file);
    return `${size}-${mtimeMs}`;
  } catch {
    // Reading the sample says what is wrong with it.
    return 'unreadable';
  }
}

function pathOf(out: string, index: number): string {
  return join(out, BLOCKS, `${String(index).padStart(6, '0')}.json`);
}
