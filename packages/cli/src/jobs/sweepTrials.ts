import { relative, resolve } from 'node:path';
import { lockRun, makeFolder } from '@raremask/record';
import type { Console } from '../console.ts';
import { EXIT } from '../failure.ts';
import { onInterruption } from '../interruption.ts';
import { withProgress } from '../progress.ts';
import { ofSlurmOnly } from '../slurm/errors.ts';
import { sbatchWords } from '../slurm/settings.ts';
import type { Handed } from '../slurm/submitMissing.ts';
import { sweepNotBegun } from '../sweep/errors.ts';
import { gather } from '../sweep/gather.ts';
import {
  awaitTrials,
  type SlurmOptions,
  submitGathering,
  submitTrials,
  trialsInSlurm,
} from '../sweep/onSlurm.ts';
import { planSweep, type SweepRequest } from '../sweep/plan.ts';
import { argumentsOf, jobsOf, type SweepArguments, sweepRequest } from '../sweep/request.ts';
import { runTrials, type TrialEnd } from '../sweep/runTrials.ts';
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
  const { on, sbatch, wait = false } = options;
  if (on === undefined && sbatch) throw ofSlurmOnly('--sbatch');
  if (on === undefined && wait) throw ofSlurmOnly('--wait');
  const jobs = options.jobs === undefined ? undefined : jobsOf(options.jobs);
  const request = await sweepRequest(file, options);
  const words = on === undefined ? [] : sbatchWords(request.slurm, sbatch);
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
      const ends = await trainedHere(todo, jobs ?? 1, signal, console);
      await gather(todo.folder, todo.record, request.loaded, console, { shown });
      return statusOf(ends, signal, say);
    }
    const slurm = { ...todo, name: request.name, words, jobs, say, warn, shown };
    const again = ['sweep', ...argumentsOf(file, options), '--results'];
    const handed = await handedOver(todo.trials, slurm, again);
    // Tasks take the locks of their runs; other calls may look while this one waits.
    lock.release();
    const isAwaited = wait && todo.trials.length > 0;
    const ends = isAwaited ? await awaitTrials(todo.trials, slurm, signal) : [];
    const about = { slurm: { jobs: handed.all, submitted: handed.submitted } };
    await gather(todo.folder, todo.record, request.loaded, console, { shown, about });
    return statusOf(ends, signal, say);
  } finally {
    release();
    lock.release();
  }
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

/** Runs trials on this machine, but for those that Slurm has. */
async function trainedHere(
  { folder, cwd, trials }: Todo,
  jobs: number,
  signal: AbortSignal,
  console: Console,
): Promise<readonly TrialEnd[]> {
  const say = (text: string) => console.note('info', text);
  const warn = (text: string) => console.note('warn', text);
  const elsewhere = trials.length === 0 ? [] : await trialsInSlurm(folder, warn);
  const own = trials.filter(({ id }) => !elsewhere.some(({ task }) => task === id));
  if (own.length < trials.length) {
    const numbers = [...new Set(elsewhere.map(({ job }) => job))].join(',');
    say(
      `${trials.length - own.length} trials are left to Slurm, which has them: squeue -j ${numbers}`,
    );
  }
  const ends = await runTrials(own, {
    ...{ jobs, signal },
    start: (trial) => startTrial(trial, { folder, cwd, signal, say }),
    onEnd: ({ id }, end, status) => {
      if (end !== 'failed') return say(`${id}: ${end}`);
      const why = status === null ? 'ended by a signal' : `exit status ${status}`;
      warn(`${id}: failed (${why}); ${shown(folder.log(id))} says why`);
    },
  });
  return [...ends.values()];
}

/** Submits trials, and what gathers their results, and says how to watch them. */
async function handedOver(
  trials: readonly PlannedTrial[],
  slurm: SlurmOptions,
  again: readonly string[],
): Promise<Handed> {
  const handed = await submitTrials(trials, slurm);
  const numbers = handed.all.join(',');
  if (handed.jobs.length > 0) await submitGathering(handed, again, slurm);
  if (numbers !== '') slurm.say(`watch them: squeue -j ${numbers}; end them: scancel ${numbers}`);
  return handed;
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
  await gather(folder, record, loaded, console, { shown });
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
