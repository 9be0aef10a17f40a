import { existsSync } from 'node:fs';
import { ladderOf } from './halving.ts';
import { awaitTrials, type SlurmOptions, submitGathering, submitTrials } from './onSlurm.ts';
import type { TrialEnd } from './runTrials.ts';
import type { SweepFolder, SweepRecord } from './sweepFolder.ts';

export interface SlurmClimb {
  /** Whether this process stays until nothing is left, and goes on from rung to rung itself. */
  readonly wait: boolean;
  readonly signal: AbortSignal;
  /** Of a call that a job of Slurm makes: the rung whose tasks have ended. */
  readonly follows: number | undefined;
  /** The words of a call that comes when the tasks of a rung, or of the end, have ended. */
  readonly after: (until: number | undefined) => readonly string[];
  /** Called before this process waits. */
  readonly onWait: () => void;
}

/** What was handed to Slurm now, and how trials ended that were waited for. */
export interface Climbed {
  readonly jobs: readonly string[];
  readonly submitted: readonly string[];
  readonly ends: readonly TrialEnd[];
}

/**
 * Hands the trials of a sweep to Slurm that are next, and lets a job follow them: after the end it gathers the results;
 * after a rung of halving it makes this call again, which hands over the next one. Nothing of ours stays.
 *
 * A rung that tasks have left without coming to it stays open until somebody calls again; but those whose training fails
 * by itself go no further. Who calls tries these again.
 */
export async function climbOnSlurm(
  record: SweepRecord,
  slurm: SlurmOptions,
  { wait, signal, follows, after, onWait }: SlurmClimb,
): Promise<Climbed> {
  const { folder, say } = slurm;
  const jobs = new Set<string>();
  const submitted: string[] = [];
  const ends: TrialEnd[] = [];
  let last = follows;
  for (;;) {
    const lost = last === undefined ? new Set<string>() : failedInSlurm(folder, record);
    const rung = (await ladderOf(folder, record, lost)).next;
    const { trials, until } = rung;
    if (trials.length === 0) break;
    if (last !== undefined && until === last) {
      say(
        `${trials.length} trials have not come to epoch ${last}, where halving decides: the same command goes on`,
      );
      break;
    }
    if (until !== undefined) {
      say(`${trials.length} trials go on to epoch ${until}, where halving decides`);
    }
    const handed = await submitTrials(rung, slurm);
    for (const job of handed.all) jobs.add(job);
    submitted.push(...handed.submitted);
    const isOurs = wait && until !== undefined;
    if (handed.jobs.length > 0 && !isOurs) await submitGathering(handed, after(until), slurm);
    const numbers = handed.all.join(',');
    if (numbers !== '') say(`watch them: squeue -j ${numbers}; end them: scancel ${numbers}`);
    if (!wait) break;
    onWait();
    ends.push(...(await awaitTrials(rung, slurm, signal)));
    if (until === undefined || signal.aborted) break;
    last = until;
  }
  return { jobs: [...jobs], submitted, ends };
}

/** Trials of which a task has failed by itself, and that were not begun again since. */
export function failedInSlurm(
  folder: SweepFolder,
  { trials }: Pick<SweepRecord, 'trials'>,
): ReadonlySet<string> {
  return new Set(trials.map(({ id }) => id).filter((id) => existsSync(folder.failed(id))));
}
