import { openRunFolder, type RunFolder } from '@raremask/record';
import { type Checkpoint, type Progress, readCheckpoint } from '../record/checkpoint.ts';
import { NOTHING_DONE } from './epochSums.ts';

/** A run that goes on: its folder, and what was saved last. */
export interface ResumePoint {
  readonly folder: RunFolder;
  readonly checkpoint: Checkpoint;
}

export async function resumePoint(path: string): Promise<ResumePoint> {
  const { folder } = await openRunFolder(path);
  return { folder, checkpoint: await readCheckpoint(folder.last) };
}

/**
 * Checkpoints that were written before augmentation was counted lack its sums; those from before updates
 * were counted had one a batch.
 */
export function progressOf({ head: { progress } }: Checkpoint): Progress {
  const { totalSteps, sums } = progress;
  return {
    ...progress,
    updates: progress.updates ?? totalSteps,
    sums: { ...NOTHING_DONE, ...sums, updates: sums.updates ?? sums.batches },
  };
}
