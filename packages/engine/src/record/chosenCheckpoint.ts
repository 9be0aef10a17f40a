import { existsSync } from 'node:fs';
import { isRaremaskError } from '@raremask/core';
import type { Manifest } from '@raremask/core/manifest';
import { chooseCheckpoint, type RunFolder } from '@raremask/record';
import { type ChosenCheckpoint, readCheckpoint } from './checkpoint.ts';
import type { Progress } from './checkpointHead.ts';
import { checkpointMissing, withRemedy } from './errors.ts';

type Which = ChosenCheckpoint['which'];

/**
 * Reads a checkpoint of a run. Where it cannot be used, the error says whether the other one can.
 *
 * @param wish left out, the preferred checkpoint where there is one, else the other
 */
export async function readChosen(
  folder: RunFolder,
  wish: Which | undefined,
  preferred?: Which,
): Promise<ChosenCheckpoint> {
  if (wish !== undefined && !existsSync(folder[wish])) {
    throw checkpointMissing(folder[wish], await otherThan(folder, wish));
  }
  const { which, path } = chooseCheckpoint(folder, wish, preferred);
  try {
    return { which, ...(await readCheckpoint(path)) };
  } catch (error) {
    // The other one is of the same raremask.
    if (!isRaremaskError(error) || error.code === 'RAREMASK_CHECKPOINT_FORMAT') throw error;
    throw withRemedy(error, await otherThan(folder, which));
  }
}

/**
 * Reads the checkpoint that a run is used with: the wished one, or `evaluate.checkpoint`. The last weights of a training
 * that has stopped before its schedule had ended are those of a moment: then the best ones are taken.
 */
export async function readUsed(
  folder: RunFolder,
  wish: Which | undefined,
  { evaluate: { checkpoint: preferred }, train }: Pick<Manifest, 'evaluate' | 'train'>,
): Promise<ChosenCheckpoint> {
  const used = await readChosen(folder, wish, preferred);
  const isMoment = used.which === 'last' && !hasEnded(used.head.progress, train);
  return wish === undefined && isMoment && existsSync(folder.best)
    ? await readChosen(folder, 'best')
    : used;
}

/** Whether a schedule has come to its end. */
function hasEnded({ course, epoch, step }: Progress, { epochs }: Manifest['train']): boolean {
  return step === 0 && (course?.over ?? epoch >= epochs);
}

/** What can be done without a checkpoint. */
async function otherThan(folder: RunFolder, which: Which): Promise<string> {
  const other = which === 'best' ? 'last' : 'best';
  const path = folder[other];
  if (!existsSync(path)) return 'train again: the run has no other checkpoint';
  try {
    const { epoch } = (await readCheckpoint(path)).head.progress;
    const behind = epoch === 1 ? '1 epoch' : `${epoch} epochs`;
    return `take the other checkpoint of the run, which is whole and has ${behind} behind it: --checkpoint ${other}`;
  } catch (error) {
    const why = isRaremaskError(error) ? error.parts.what : String(error);
    return `train again: of the other checkpoint (${other}), ${why}`;
  }
}

/** One line on a file of an earlier version; undefined where checksums have spoken for it. */
export function unverifiedNote({ path, isVerified }: ChosenCheckpoint): string | undefined {
  if (isVerified) return undefined;
  return `${path} is of an earlier version and has no checksums: a damaged number in it would not be noticed`;
}
