import { EXIT } from '../failure.ts';
import { hasReached, ladderOf } from './halving.ts';
import { type RunOptions, runTrials, type TrialEnd } from './runTrials.ts';
import type { PlannedTrial, SweepFolder, SweepRecord } from './sweepFolder.ts';

export interface ClimbOptions extends Omit<RunOptions, 'start'> {
  /** Trains one, to its end or until so many epochs are done, and gives the exit status. */
  readonly start: (trial: PlannedTrial, until: number | undefined) => Promise<number | null>;
  /** Hears of each rung that is to be climbed. */
  readonly onRung: (trials: number, until: number | undefined) => void;
}

/** What has come of the trials that were started now. */
export interface Climbed {
  readonly ends: ReadonlyMap<string, TrialEnd>;
  /** Trials whose training has failed by itself, so that their settings go no further. */
  readonly lost: ReadonlySet<string>;
}

/**
 * Trains the trials of a sweep rung by rung: all that stand on one reach its epoch before any goes on. Ends where
 * nothing is left to train, or where a rung cannot be decided: a trial was interrupted, or failed for a reason that lies
 * outside of its training (memory, disk, a signal).
 */
export async function climb(
  folder: SweepFolder,
  record: Pick<SweepRecord, 'trials' | 'halving' | 'epochs'>,
  { start, onEnd, onRung, ...options }: ClimbOptions,
): Promise<Climbed> {
  const ends = new Map<string, TrialEnd>();
  const lost = new Set<string>();
  for (;;) {
    const { trials, until } = (await ladderOf(folder, record, lost)).next;
    if (trials.length === 0) break;
    onRung(trials.length, until);
    let isOpen = false;
    const now = await runTrials(trials, {
      ...options,
      start: async (trial) => {
        const status = await start(trial, until);
        // A trial that has come to its rung ends as one that was interrupted.
        const waits = until !== undefined && status === EXIT.resumable;
        return waits && (await hasReached(folder.trial(trial.id), until)) ? EXIT.ok : status;
      },
      onEnd: (trial, end, status) => {
        if (end === 'failed' && status === EXIT.failed) lost.add(trial.id);
        else if (end !== 'finished') isOpen = true;
        onEnd(trial, end, status);
      },
    });
    for (const [id, end] of now) ends.set(id, end);
    if (isOpen || options.signal.aborted) break;
  }
  return { ends, lost };
}
