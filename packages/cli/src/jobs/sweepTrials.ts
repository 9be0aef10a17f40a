import { relative, resolve } from 'node:path';
import { lockRun, makeFolder } from '@raremask/record';
import type { Console } from '../console.ts';
import { EXIT } from '../failure.ts';
import { onInterruption } from '../interruption.ts';
import { withProgress } from '../progress.ts';
import { ofSlurmOnly } from '../slurm/errors.ts';
import { sbatchWords } from '../slurm/settings.ts';
import { Budget } from '../sweep/budget.ts';
import { climb } from '../sweep/climb.ts';
import { climbOnSlurm, failedInSlurm } from '../sweep/climbOnSlurm.ts';
import { budgetOfSlurm, sweepNotBegun } from '../sweep/errors.ts';
import { gather } from '../sweep/gather.ts';
import { trialsInSlurm } from '../sweep/onSlurm.ts';
import { planSweep, type SweepRequest } from '../sweep/plan.ts';
import { argumentsOf, jobsOf, type SweepArguments, sweepRequest } from '../sweep/request.ts';
import type { TrialEnd } from '../sweep/runTrials.ts';
import { startTrial } from '../sweep/startTrial.ts';
import {
  type PlannedTrial,
  readSweep,
  type SweepFolder,
  type SweepRecord,
  sweepFolder,
} from '../sweep/sweepFolder.ts';
import { trialState } from '../sweep/trial.ts';

export interface SweepOptions extends SweepArguments {
  /** Left out: one here, and on Slurm as many as it lets. */
  readonly jobs?: string;
  readonly on?: 'slurm';
  readonly sbatch?: readonly string[];
  readonly wait?: boolean;
  readonly results?: boolean;
  /** Of a call that a job of Slurm makes: the rung of halving whose tasks have ended. */
  readonly follow?: number;
}

/** A sweep with those of its trials that are not finished. */
interface Todo {
  readonly folder: SweepFolder;
  readonly cwd: string;
  readonly record: SweepRecord;
  readonly trials: readonly PlannedTrial[];
}

/** Trains every trial of a sweep that is not finished, here or on Slurm, and compares them. */
export async function sweepTrials(
  file: string | undefined,
  options: SweepOptions,
  console: Console,
): Promise<number> {
  const { on, sbatch, wait = false, follow } = options;
  if (on === undefined && sbatch) throw ofSlurmOnly('--sbatch');
  if (on === undefined && wait) throw ofSlurmOnly('--wait');
  const jobs = options.jobs === undefined ? undefined : jobsOf(options.jobs);
  const request = await sweepRequest(file, options);
  const words = on === undefined ? [] : sbatchWords(request.slurm, sbatch);
  if (on !== undefined && request.budget !== undefined) throw budgetOfSlurm(request.budget);
  const path = resolve(request.loaded.folder, 'sweeps', request.name);
  if (options.results) return await resultsOnly(request, path, console);
  makeFolder(path);
  const lock = lockRun(path);
  const say = (text: string) => console.note('info', text);
  const warn = (text: string) => console.note('warn', text);
  const { signal, release } = onInterruption(say);
  try {
    const todo = await planned(request, path, console);
    if (on === undefined) {
      const { budget } = request;
      const { ends, ...of } = await trainedHere(todo, { jobs: jobs ?? 1, budget }, signal, console);
      const { folder, record } = todo;
      const used = await gather(folder, record, request.loaded, console, { shown, ...of });
      if (used === null) return statusOf(ends, signal, say);
      say(`The budget of ${used} is used up. Go on with the same command.`);
      return EXIT.resumable;
    }
    const { folder, cwd, record } = todo;
    const slurm = { folder, cwd, name: request.name, words, jobs, say, warn, shown };
    const { ends, ...handed } = await climbOnSlurm(record, slurm, {
      ...{ wait, signal, follows: follow },
      after: (until) => followingWords(file, options, until),
      // Tasks take the locks of their runs; other calls may look while this one waits.
      onWait: () => lock.release(),
    });
    const lost = failedInSlurm(folder, record);
    const about = { slurm: handed };
    await gather(folder, record, request.loaded, console, { shown, about, failed: lost, lost });
    return statusOf(ends, signal, say);
  } finally {
    release();
    lock.release();
  }
}

/** The call that a job of Slurm makes when tasks have ended: after a rung it hands over the next one, after the end it gathers. */
function followingWords(
  file: string | undefined,
  options: SweepOptions,
  until: number | undefined,
): string[] {
  const words = ['sweep', ...argumentsOf(file, options)];
  if (until === undefined) return [...words, '--results'];
  const { sbatch = [], jobs } = options;
  return [
    ...[...words, '--on', 'slurm', '--follow', `${until}`],
    ...sbatch.map((one) => `--sbatch=${one}`),
    ...(jobs === undefined ? [] : ['--jobs', jobs]),
  ];
}

function shown(path: string): string {
  return relative(process.cwd(), path) || '.';
}

async function planned(request: SweepRequest, path: string, console: Console): Promise<Todo> {
  const { record, dropped } = await withProgress(console, (onEvent) => planSweep(request, onEvent));
  if (dropped.length > 0) {
    const some = dropped.slice(0, 3).join(', ');
    const text = `${dropped.length} trials of an earlier plan (${some}${dropped.length > 3 ? ', ...' : ''}) are not asked for any more: they stay in the folder and do not count`;
    console.note('warn', text);
  }
  const folder = sweepFolder(path);
  const trials = record.trials.filter(({ id }) => trialState(folder.trial(id)) !== 'finished');
  const done = record.trials.length - trials.length;
  console.note('info', `${record.trials.length} trials, ${done} finished; ${shown(path)}`);
  return { folder, cwd: resolve(request.loaded.folder), record, trials };
}

interface Trained {
  readonly ends: readonly TrialEnd[];
  readonly failed: ReadonlySet<string>;
  readonly lost: ReadonlySet<string>;
  readonly usedUp: string | undefined;
}

/** Trains what is not trained on this machine, as far as there is time, but for what Slurm has. */
async function trainedHere(
  { folder, cwd, record, trials }: Todo,
  { jobs, budget: text }: { readonly jobs: number; readonly budget: string | undefined },
  signal: AbortSignal,
  console: Console,
): Promise<Trained> {
  const say = (text: string) => console.note('info', text);
  const warn = (text: string) => console.note('warn', text);
  const elsewhere = trials.length === 0 ? [] : await trialsInSlurm(folder, warn);
  const inSlurm = new Set(
    elsewhere.flatMap(({ task }) => (trials.some(({ id }) => id === task) ? [task] : [])),
  );
  if (inSlurm.size > 0) {
    const numbers = [...new Set(elsewhere.map(({ job }) => job))].join(',');
    say(`${inSlurm.size} trials are left to Slurm, which has them: squeue -j ${numbers}`);
  }
  const budget = new Budget(folder, { text, epochs: record.epochs ?? 0, outer: signal });
  let rung: number | undefined;
  const { ends, lost } = await climb(folder, record, {
    ...{ jobs, signal: budget.signal },
    start: async (trial, until) => {
      if (inSlurm.has(trial.id) || !(await budget.hasRoom(trial, until))) return EXIT.resumable;
      const options = { folder, cwd, signal: budget.signal, say, until };
      return await budget.timed(trial, () => startTrial(trial, options));
    },
    onRung: (count, until) => {
      rung = until;
      if (until === undefined) return;
      say(`${count} trials go on to epoch ${until}, where halving decides`);
    },
    onEnd: ({ id }, end, status) => {
      if (inSlurm.has(id)) return;
      if (budget.isLeft(id)) return say(`${id}: left, since it is not expected to end in time`);
      const waits = end === 'finished' && trialState(folder.trial(id)) !== 'finished';
      if (end !== 'failed') return say(`${id}: ${waits ? `has come to epoch ${rung}` : end}`);
      const why = status === null ? 'ended by a signal' : `exit status ${status}`;
      warn(`${id}: failed (${why}); ${shown(folder.log(id))} says why`);
    },
  }).finally(() => budget.close());
  const own = [...ends].filter(([id]) => !inSlurm.has(id));
  const failed = new Set(own.flatMap(([id, end]) => (end === 'failed' ? [id] : [])));
  const usedUp = budget.isUsedUp ? text : undefined;
  return { ends: own.map(([, end]) => end), failed, lost, usedUp };
}

/** Gathers what is there, and trains nothing. */
async function resultsOnly(
  { loaded }: SweepRequest,
  path: string,
  console: Console,
): Promise<number> {
  const folder = sweepFolder(path);
  const record = await readSweep(folder);
  if (record === undefined) throw sweepNotBegun(path);
  const lost = failedInSlurm(folder, record);
  await gather(folder, record, loaded, console, { shown, failed: lost, lost });
  return EXIT.ok;
}

function statusOf(
  ends: readonly TrialEnd[],
  signal: AbortSignal,
  say: (text: string) => void,
): number {
  if (signal.aborted || ends.includes('interrupted')) {
    say('Stopped and saved. Go on with the same command.');
    return EXIT.resumable;
  }
  return ends.includes('failed') ? EXIT.failed : EXIT.ok;
}
