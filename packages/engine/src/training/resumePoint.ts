import { type Checkpoint, type Progress, readCheckpoint } from '../record/checkpoint.ts';
import { openRunFolder, type RunFolder } from '../record/runFolder.ts';
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

/** Checkpoints of an epoch's middle that were written before augmentation was counted lack its sums. */
export function progressOf({ head: { progress } }: Checkpoint): Progress {
  return { ...progress, sums: { ...NOTHING_DONE, ...progress.sums } };
}
