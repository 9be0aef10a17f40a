import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DeviceLost } from '@raremask/compiler';
import type { BackendFact, OnEvent, RunOutcome } from '@raremask/core';
import type { LoadedManifest } from '@raremask/core/manifest';
import { createRunFolder, type RunLock, runFolder, writeAtomically } from '@raremask/record';
import type { OpenedData } from './opening/openData.ts';
import { openWork, type Work } from './opening/openWork.ts';
import type { Feed } from './reading/feed.ts';
import type { Compute } from './runner/compute.ts';
import type { Network } from './runner/runner.ts';
import { initialState } from './step/state.ts';
import { firstThenOthers, madeByFirst, requireSame } from './team/agreement.ts';
import { folderNotShared } from './team/errors.ts';
import { ALONE, isAlone, isFirst, type Team } from './team/team.ts';
import { checkClasses } from './training/checkClasses.ts';
import { deviceLost } from './training/errors.ts';
import { Journal } from './training/journal.ts';
import { changeText } from './training/manifestChanges.ts';
import { openCourse } from './training/openCourse.ts';
import { madeTrackers } from './training/openTrackers.ts';
import { donorsOf, makeParts, sizesDiffer } from './training/parts.ts';
import { programOf } from './training/programOf.ts';
import {
  type FoundRun,
  fittingState,
  type ResumePoint,
  resumePoint,
} from './training/resumePoint.ts';
import { writeHead } from './training/runHead.ts';
import { sameForAll } from './training/sameState.ts';
import { checkStart, recordStart, startWeights } from './training/startWeights.ts';
import { Together } from './training/together.ts';
import { Trackers } from './training/trackers.ts';
import { TrainingRun, type TrainResult } from './training/trainingRun.ts';

export interface TrainOptions {
  readonly backend: BackendFact;
  /** What compiled steps run on; without it every step runs on the tfjs backend in use. */
  readonly compute?: Compute | undefined;
  /** Version of the command that trains, for environment.json. */
  readonly version: string;
  readonly onEvent: OnEvent;
  /** Where the run folder is made; default: `output`/`name` of the manifest, with -2, -3, ... */
  readonly out?: string;
  /** A run folder to go on with, instead of making one. */
  readonly resume?: string;
  /** The checkpoint to go on from; default: last. Of epochs after it nothing is kept. */
  readonly checkpoint?: 'best' | 'last';
  /** The run's manifest as it was before; left out, nothing has changed in it. */
  readonly before?: LoadedManifest | undefined;
  /** When it fires, the running step is finished, its state saved, and the run returns. */
  readonly signal?: AbortSignal;
  /** Epochs of the whole run, after which it returns as after a signal; its schedule is that of the whole run. */
  readonly untilEpoch?: number;
  /**
   * Seconds since what `train.budget` is for has begun, where that was before this call: the budget counts
   * from there; left out, from here.
   */
  readonly clock?: () => number;
  /** The manifest's trackers, ended by the caller; left out, they are made, and end with the training. */
  readonly trackers?: Trackers;
  /** The processes that train with this one; the first of them leaves the run folder. Left out, there are none. */
  readonly team?: Team | undefined;
}

/** Trains as the manifest says and leaves a run folder. */
export async function train(
  source: LoadedManifest | OpenedData,
  options: TrainOptions,
): Promise<TrainResult> {
  const { onEvent, clock = clockFromNow(), team = ALONE } = options;
  let trackers = options.trackers;
  let outcome: RunOutcome = 'failed';
  const journal = new Journal((event) => {
    onEvent(event);
    trackers?.event(event);
  });
  const work = await openWork(source, {
    onEvent: journal.emit,
    onData: onEvent,
    run: options.resume,
    signal: options.signal,
  });
  const { loaded } = work;
  const unfollow = work.follow(journal.write);
  let feed: Feed | undefined;
  let run: TrainingRun | undefined;
  let lock: RunLock | undefined;
  try {
    const found = await firstThenOthers(team, () => foundRun(loaded, options, journal.emit));
    const from = found?.point ?? null;
    lock = found?.lock;
    await checkClasses(work, journal.emit);
    let parts = await makeParts(work, from?.checkpoint.head.normalization);
    const start = from === null ? await startWeights(work, parts.model) : undefined;
    if (start) parts = { ...parts, model: start.model };
    const thawed = from?.checkpoint.head.progress.thawedAt !== undefined;
    const program = programOf(work, parts, thawed, team);
    const state = from ? fittingState(from, program, work.facts) : initialState(program);
    await requireSame(team, () => sameForAll(work, parts, state, options.version));
    const { batch } = loaded.manifest.train;
    const together = isAlone(team) ? undefined : new Together(team, batch, clock);
    await together?.meet();
    let folder = found?.folder;
    if (folder === undefined) {
      const path = await madeByFirst(team, () => {
        const { output, name } = loaded.manifest;
        const made = createRunFolder(options.out ?? join(loaded.folder, output, name));
        lock = made.lock;
        return made.folder.path;
      });
      folder = runFolder(path);
      if (!existsSync(path)) throw folderNotShared(path, team.rank);
    }
    if (isFirst(team)) {
      if (from === null) await writeHead(folder, work, options);
      journal.open(folder.events, folder.live);
      if (start) await recordStart(start, folder, journal.emit);
      if (from !== null) await goOn(from, work, journal.emit);
    }
    feed = await work.feed({
      normalization: parts.normalization,
      multipleOf: parts.model.multipleOf,
      augmentations: parts.augmentations,
      donors: await donorsOf(work, parts),
      sizesDiffer: await sizesDiffer(work),
    });
    trackers ??= new Trackers(
      isFirst(team) ? await madeTrackers(loaded, work.scope) : [],
      journal.emit,
    );
    trackers.tell(journal.emit);
    const { compute } = options;
    const { emit } = journal;
    const progress = from?.checkpoint.head.progress;
    const timed = { work, parts, feed, clock: together?.clock ?? clock, progress, team };
    const course = (network: Network) => openCourse(timed, network);
    run = new TrainingRun({
      ...{ work, parts, program, state, folder, feed, emit, from, compute, trackers, course },
      ...{ team, together },
    });
    const { path } = folder;
    const { backend, signal, untilEpoch } = options;
    const result = await run.train(backend, signal, untilEpoch).catch((error: unknown) => {
      throw error instanceof DeviceLost ? deviceLost(path, error) : error;
    });
    outcome = result.interrupted ? 'interrupted' : 'finished';
    return result;
  } finally {
    await run?.dispose();
    await feed?.close();
    if (options.trackers === undefined) await trackers?.end(outcome);
    unfollow();
    await work.close();
    lock?.release();
  }
}

/** The run that is to go on, taken for this process, or the first of several. */
async function foundRun(
  loaded: LoadedManifest,
  { resume, checkpoint, before, team = ALONE }: TrainOptions,
  emit: OnEvent,
): Promise<FoundRun | undefined> {
  if (resume === undefined) return undefined;
  const isOwner = isFirst(team);
  return await resumePoint(resume, { which: checkpoint, loaded, before, emit, isOwner });
}

/** What is said and written before a run goes on: what has changed since it stopped. */
async function goOn({ folder, changes }: ResumePoint, work: Work, emit: OnEvent): Promise<void> {
  await checkStart(work, folder, emit);
  if (changes.length === 0) return;
  const text = `changed since the run stopped: ${changes.map(changeText).join('; ')}`;
  emit({ type: 'note', level: 'info', text });
  await writeAtomically(folder.manifest, work.loaded.toYaml());
}

function clockFromNow(): () => number {
  const started = performance.now();
  return () => (performance.now() - started) / 1000;
}
