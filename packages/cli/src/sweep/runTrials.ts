import { EXIT } from '../failure.ts';
import type { PlannedTrial } from './sweepFolder.ts';

/** How a trial ended that was started now. */
export type TrialEnd = 'finished' | 'interrupted' | 'failed';

export interface RunOptions {
  /** How many run at once. */
  readonly jobs: number;
  readonly signal: AbortSignal;
  /** Trains one, and gives the exit status; null where a signal ended it. */
  readonly start: (trial: PlannedTrial) => Promise<number | null>;
  readonly onEnd: (trial: PlannedTrial, end: TrialEnd, status: number | null) => void;
}

/** Runs trials in their order, so many at once; one that fails leaves the others alone. */
export async function runTrials(
  trials: readonly PlannedTrial[],
  { jobs, signal, start, onEnd }: RunOptions,
): Promise<ReadonlyMap<string, TrialEnd>> {
  const ends = new Map<string, TrialEnd>();
  const waiting = [...trials];
  const work = async () => {
    for (let trial = waiting.shift(); trial !== undefined; trial = waiting.shift()) {
      if (signal.aborted) return;
      const status = await start(trial);
      // A child that the signal meets before it listens dies of it, and has nothing to lose yet.
      const stopped = status === EXIT.resumable || (signal.aborted && status !== EXIT.ok);
      const end = status === EXIT.ok ? 'finished' : stopped ? 'interrupted' : 'failed';
      ends.set(trial.id, end);
      onEnd(trial, end, status);
    }
  };
  await Promise.all(Array.from({ length: Math.min(jobs, trials.length) }, work));
  return ends;
}
