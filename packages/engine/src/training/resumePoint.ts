import { existsSync } from 'node:fs';
import type { Facts, OnEvent } from '@raremask/core';
import { isRaremaskError } from '@raremask/core';
import type { LoadedManifest } from '@raremask/core/manifest';
import {
  lockRun,
  openRunFolder,
  type RunFolder,
  type RunLock,
  readHistory,
  removePartials,
} from '@raremask/record';
import { checkFacts } from '../opening/checkFacts.ts';
import { type Checkpoint, resumeState } from '../record/checkpoint.ts';
import type { Progress } from '../record/checkpointHead.ts';
import { readChosen, unverifiedNote } from '../record/chosenCheckpoint.ts';
import { checkpointMissing, withRemedy } from '../record/errors.ts';
import type { StateArrays } from '../runner/runner.ts';
import type { StepProgram } from '../step/program.ts';
import { NOTHING_DONE } from './epochSums.ts';
import { resumeRefused } from './errors.ts';
import { changesOf, changeText, refusals, type SettingChange, shaping } from './manifestChanges.ts';

/** A run that goes on: its folder, and what was saved. */
export interface ResumePoint {
  readonly folder: RunFolder;
  readonly checkpoint: Checkpoint;
  readonly changes: readonly SettingChange[];
}

/** What is found of a run that is to go on; no point of it where it was killed before its first checkpoint. */
export interface FoundRun {
  readonly folder: RunFolder;
  readonly lock: RunLock | undefined;
  readonly point: ResumePoint | null;
}

interface Wish {
  /** Left out, the last one. */
  readonly which: 'best' | 'last' | undefined;
  /** The manifest as it is to be from now on, and as it was. */
  readonly loaded: LoadedManifest;
  readonly before: LoadedManifest | undefined;
  readonly emit: OnEvent;
  /** False where another process of the same training has taken the folder; left out, this one does. */
  readonly isOwner?: boolean;
}

/**
 * Takes a run's folder and reads its checkpoint.
 *
 * @throws RaremaskError where another process trains there, where the checkpoint cannot be used (the error
 *   says whether the other one can), or where a changed setting cannot be followed
 */
export async function resumePoint(path: string, wish: Wish): Promise<FoundRun> {
  const { folder } = await openRunFolder(path);
  const { isOwner = true } = wish;
  const lock = isOwner ? lockRun(folder.path) : undefined;
  try {
    const point = await pointOf(folder, wish);
    if (isOwner) await removePartials(folder.path);
    return { folder, lock, point };
  } catch (error) {
    lock?.release();
    throw error;
  }
}

async function pointOf(folder: RunFolder, wish: Wish): Promise<ResumePoint | null> {
  const { which, loaded, before, emit } = wish;
  const rows = await readHistory(folder.metrics);
  if (!existsSync(folder.last) && !existsSync(folder.best)) {
    if (rows.length > 0) {
      throw checkpointMissing(
        folder[which ?? 'last'],
        `bring it back from a copy: metrics.csv has ${rows.length === 1 ? '1 epoch' : `${rows.length} epochs`}; or train again`,
      );
    }
    const text = 'the run ended before its first checkpoint: it begins anew';
    emit({ type: 'note', level: 'info', text });
    return null;
  }
  const checkpoint = await readChosen(folder, which ?? (await latest(folder, rows.length)));
  const changes = before === undefined ? [] : changesOf(before.toJson(), loaded.toJson());
  const refused = refusals(changes, checkpoint.head.progress.step > 0);
  if (refused.length > 0) throw resumeRefused(folder.path, refused);
  const note = unverifiedNote(checkpoint);
  if (note !== undefined) emit({ type: 'note', level: 'info', text: note });
  return { folder, checkpoint, changes };
}

/**
 * The best checkpoint is written before the last one: a process that died between the two, in its first
 * epoch, has left the best alone, and nothing comes after it.
 */
async function latest(folder: RunFolder, rows: number): Promise<'best' | 'last'> {
  if (existsSync(folder.last)) return 'last';
  const { epoch } = (await readChosen(folder, 'best')).head.progress;
  return rows <= epoch ? 'best' : 'last';
}

/**
 * The state of a run that goes on, for the network that the manifest has now.
 *
 * @throws RaremaskError where the data or the network are others; the changed settings are named
 */
export function fittingState(
  { checkpoint, changes }: ResumePoint,
  program: StepProgram,
  facts: Facts,
): StateArrays {
  try {
    checkFacts(checkpoint, facts);
    return resumeState(checkpoint, program);
  } catch (error) {
    const changed = shaping(changes).map(changeText);
    if (changed.length === 0 || !isRaremaskError(error)) throw error;
    throw withRemedy(
      error,
      `leave as it was: ${changed.join('; ')}; or train anew with the changed manifest, from what fits of this run, with model.weights: ${checkpoint.path}`,
    );
  }
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
