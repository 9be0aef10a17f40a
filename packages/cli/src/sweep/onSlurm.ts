import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { builtModule, EXECUTABLE } from '../executable.ts';
import { callSlurm, wordsOf } from '../slurm/callSlurm.ts';
import { isQueued, type QueuedTask, queuedTasks } from '../slurm/queue.ts';
import { followingScript, quoted } from '../slurm/script.ts';
import { Submissions } from '../slurm/submissions.ts';
import { jobName, numberOf } from '../slurm/submit.ts';
import { checkShared, type Handed, submitMissing } from '../slurm/submitMissing.ts';
import { waitForTasks } from '../slurm/waitForTasks.ts';
import type { TrialEnd } from './runTrials.ts';
import type { PlannedTrial, SweepFolder } from './sweepFolder.ts';
import { trialState } from './trial.ts';

export interface SlurmOptions {
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
  readonly say: (text: string) => void;
  readonly warn: (text: string) => void;
  /** A path as it is shown. */
  readonly shown: (path: string) => string;
}

/** Hands trials that are not finished to Slurm, a task each, but for those that it has. */
export async function submitTrials(
  trials: readonly PlannedTrial[],
  options: SlurmOptions,
): Promise<Handed> {
  const { folder, name, cwd, words, jobs, say } = options;
  const log = `>> ${quoted(join(folder.path, 'trials'))}/"$task".log 2>&1`;
  const program = [process.execPath, builtModule('sweep', 'trialProcess.js'), folder.path];
  const work = {
    cwd,
    tasks: trials.map(({ id }) => id),
    command: `${program.map(quoted).join(' ')} "$task" ${log}`,
  };
  const onEnded = (task: QueuedTask) => tellEnded(task, options);
  const handed = await submitMissing(new Submissions(folder.path), work, {
    ...{ label: name, words, say, onEnded },
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

/** Waits until Slurm has none of the trials any more, and says how each of them ended. */
export async function awaitTrials(
  trials: readonly PlannedTrial[],
  options: SlurmOptions,
  signal: AbortSignal,
): Promise<readonly TrialEnd[]> {
  const submissions = new Submissions(options.folder.path);
  const tasks = await waitForTasks(await submissions.read(), { signal, say: options.say });
  const left = trials.filter(({ id }) => trialState(options.folder.trial(id)) !== 'finished');
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
    if (task !== undefined) tellEnded(task, options);
    return task && STOPPED.includes(task.state) ? 'interrupted' : 'failed';
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

/** Ways to end that say nothing against a trial. */
const STOPPED = ['CANCELLED', 'DEADLINE', 'NODE_FAIL', 'PREEMPTED', 'TIMEOUT'];

function tellEnded({ task, id, job, index, state }: QueuedTask, options: SlurmOptions): void {
  const { folder, say, warn, shown } = options;
  const ended = state === 'GONE' ? 'has ended' : `ended as ${state}`;
  if (state === 'CANCELLED') {
    say(`${task}: task ${id} was cancelled`);
    return;
  }
  const log = folder.log(task);
  const place = existsSync(log) ? log : new Submissions(folder.path).output(job, index);
  warn(`${task}: task ${id} ${ended}, and the trial is not finished; ${shown(place)} says why`);
}
