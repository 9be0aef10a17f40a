import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { builtModule, EXECUTABLE } from '../executable.ts';
import { callSlurm, wordsOf } from '../slurm/callSlurm.ts';
import { isStopped, type Telling, tellEnded } from '../slurm/ended.ts';
import { isQueued, type QueuedTask, queuedTasks } from '../slurm/queue.ts';
import { followingScript, quoted } from '../slurm/script.ts';
import { Submissions } from '../slurm/submissions.ts';
import { jobName, numberOf } from '../slurm/submit.ts';
import { checkShared, type Handed, submitMissing } from '../slurm/submitMissing.ts';
import { waitForTasks } from '../slurm/waitForTasks.ts';
import { hasReached } from './halving.ts';
import type { TrialEnd } from './runTrials.ts';
import type { PlannedTrial, SweepFolder } from './sweepFolder.ts';
import { trialState } from './trial.ts';

export interface SlurmOptions extends Telling {
  /** By absolute path. */
  readonly folder: SweepFolder;
  /** Of the sweep. */
  readonly name: string;
  /** Folder of the manifest. */
  readonly cwd: string;
  /** Options of sbatch. */
  readonly words: readonly string[];
  /** How many run at once; left out, as many as the cluster lets. */
  readonly jobs: number | undefined;
}

/** A rung of halving, or the end of a sweep, and the trials that are to come there. */
export interface Rung {
  readonly trials: readonly PlannedTrial[];
  /** Epoch at which trials wait; undefined where they are trained to their end. */
  readonly until: number | undefined;
}

/** Hands trials to Slurm that have not come to their rung, a task each, but for those that it has. */
export async function submitTrials(
  { trials, until }: Rung,
  options: SlurmOptions,
): Promise<Handed> {
  const { folder, name, cwd, words, jobs, say } = options;
  const rung = until === undefined ? '' : ` ${until}`;
  const log = `>> ${quoted(join(folder.path, 'trials'))}/"$task".log 2>&1`;
  const program = [process.execPath, builtModule('sweep', 'trialProcess.js'), folder.path];
  const work = {
    cwd,
    tasks: trials.map(({ id }) => id),
    command: `${program.map(quoted).join(' ')} "$task"${rung} ${log}`,
  };
  const submissions = new Submissions(folder.path);
  const handed = await submitMissing(submissions, work, {
    ...{ label: name, words, say },
    onEnded: (task) => {
      // One that has come to the rung before has ended well.
      if (task.state !== 'COMPLETED') tellEnded(task, submissions, options, folder.log(task.task));
    },
    ...(jobs !== undefined && { atOnce: jobs }),
  });
  if (handed.queued.length > 0) {
    say(`${handed.queued.length} trials are in Slurm already (job ${handed.all.join(', ')})`);
  }
  if (handed.jobs.length > 0) {
    say(`${handed.submitted.length} trials submitted: job ${handed.jobs.join(', ')}`);
  }
  return handed;
}

/** Submits a job that gathers the results when all tasks have ended, whether well or not. */
export async function submitGathering(
  { all }: Handed,
  parameters: readonly string[],
  { folder, name, words, warn }: SlurmOptions,
): Promise<string | undefined> {
  const job = jobName(name);
  const { folder: place } = new Submissions(folder.path);
  const script = join(place, `${job}.sh`);
  await writeFile(
    script,
    followingScript(process.cwd(), [process.execPath, EXECUTABLE, ...parameters]),
  );
  const said = await callSlurm('sbatch', [
    ...['--parsable', ...words],
    `--dependency=afterany:${all.join(':')}`,
    ...[`--job-name=${job}`, `--output=${join(place.replaceAll('%', '%%'), '%j.log')}`],
    ...[`--chdir=${process.cwd()}`, script],
  ]);
  if (said.status === 0) return numberOf(said.out);
  warn(`no job gathers the results at the end (${wordsOf(said)}): the next call does`);
  return undefined;
}

/** Waits until Slurm has none of the trials any more, and says how each of those ended that has not come to its rung. */
export async function awaitTrials(
  { trials, until }: Rung,
  options: SlurmOptions,
  signal: AbortSignal,
): Promise<readonly TrialEnd[]> {
  const submissions = new Submissions(options.folder.path);
  const tasks = await waitForTasks(await submissions.read(), { signal, say: options.say });
  const left: PlannedTrial[] = [];
  for (const trial of trials) {
    const run = options.folder.trial(trial.id);
    const isThere =
      until === undefined ? trialState(run) === 'finished' : await hasReached(run, until);
    if (!isThere) left.push(trial);
  }
  if (!signal.aborted) {
    await checkShared(
      submissions,
      left.map(({ id }) => id),
      tasks,
    );
  }
  return left.map(({ id }) => {
    const task = tasks.get(id);
    if (task !== undefined && isQueued(task)) return 'interrupted';
    if (task !== undefined) tellEnded(task, submissions, options, options.folder.log(id));
    return task && isStopped(task) ? 'interrupted' : 'failed';
  });
}

/** What Slurm has of a sweep, for a call that trains here; nothing where it cannot be asked, which is said. */
export async function trialsInSlurm(
  folder: SweepFolder,
  warn: (text: string) => void,
): Promise<readonly QueuedTask[]> {
  const submissions = await new Submissions(folder.path).read();
  try {
    return [...(await queuedTasks(submissions)).values()].filter(isQueued);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    warn(`what Slurm has of this sweep is not known here, and is not left to it: ${why}`);
    return [];
  }
}
