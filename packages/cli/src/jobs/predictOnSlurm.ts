import { relative, resolve } from 'node:path';
import type { Console } from '../console.ts';
import { builtModule } from '../executable.ts';
import { EXIT } from '../failure.ts';
import { onInterruption } from '../interruption.ts';
import { isStopped, tellEnded } from '../slurm/ended.ts';
import { ofSlurmOnly, otherParts } from '../slurm/errors.ts';
import { isQueued, type QueuedTask } from '../slurm/queue.ts';
import { quoted } from '../slurm/script.ts';
import { sbatchWords } from '../slurm/settings.ts';
import { Submissions } from '../slurm/submissions.ts';
import { checkShared, submitMissing } from '../slurm/submitMissing.ts';
import { waitForTasks } from '../slurm/waitForTasks.ts';
import { type PredictionOptions, predicted, tell } from './predictImages.ts';

export interface SlurmPredictionOptions extends Omit<PredictionOptions, 'part'> {
  readonly parts?: number;
  readonly sbatch?: readonly string[];
  readonly wait?: boolean;
  /** The command line of a part, without the part. */
  readonly words: readonly string[];
}

const PARTS = 16;

/** Throws where an option of Slurm would do nothing. */
export function refuseSlurmOptions({
  parts,
  sbatch,
  wait,
}: Omit<SlurmPredictionOptions, 'words'>): void {
  if (parts !== undefined) throw ofSlurmOnly('--parts');
  if (sbatch !== undefined) throw ofSlurmOnly('--sbatch');
  if (wait) throw ofSlurmOnly('--wait');
}

/**
 * Predicts in parts, each a task of a job array; those that have nothing left, or that Slurm has, are not submitted.
 * The last part writes the tables.
 */
export async function predictOnSlurm(
  run: string,
  input: string,
  options: SlurmPredictionOptions,
  console: Console,
): Promise<number> {
  const { parts = PARTS, wait = false } = options;
  const words = sbatchWords({}, options.sbatch);
  const say = (text: string) => console.note('info', text);
  const warn = (text: string) => console.note('warn', text);
  const shown = (path: string) => relative(process.cwd(), path) || '.';
  const look = () => predicted(run, input, options, { onlyLook: true }, console);
  // Mistakes come here, and not in each of the parts.
  const before = await look();
  if (before.left.length === 0) return await tell(before, console);
  const submissions = new Submissions(resolve(options.out));
  const onEnded = (task: QueuedTask) => tellEnded(task, submissions, { say, warn, shown });
  const work = {
    cwd: process.cwd(),
    tasks: partsOf(before.left, parts),
    command: commandOf(options),
  };
  const handed = await submitMissing(submissions, work, {
    ...{ label: 'predict', words, say, onEnded },
    check: (tasks) => refuseOtherParts(tasks, parts, options.out),
  });
  const jobs = handed.all.join(',');
  const count = `${handed.submitted.length} of ${parts} parts submitted`;
  const already = handed.queued.length > 0 ? `, ${handed.queued.length} are in Slurm already` : '';
  say(`${before.left.length} blocks of images are left; ${count}${already}: job ${jobs}`);
  say(`watch them: squeue -j ${jobs}; end them: scancel ${jobs}`);
  if (wait) return await waited();
  if (console.json) {
    const slurm = { jobs: handed.all, submitted: handed.submitted };
    console.result({ out: before.out, blocksLeft: before.left.length, slurm });
  }
  return EXIT.ok;

  async function waited(): Promise<number> {
    const { signal, release } = onInterruption(say, 'Waiting no longer; the parts go on');
    try {
      const tasks = await waitForTasks(await submissions.read(), { signal, say });
      if (signal.aborted) return EXIT.resumable;
      const after = await look();
      const unfinished = partsOf(after.left, parts);
      if (unfinished.length > 0) await checkShared(submissions, unfinished, tasks);
      const ended = unfinished.flatMap((name) => tasks.get(name) ?? []);
      for (const task of ended) onEnded(task);
      const status = await tell(after, console);
      return unfinished.length > 0 && !ended.every(isStopped) ? EXIT.failed : status;
    } finally {
      release();
    }
  }
}

/** The parts that have some of the blocks, as `--part` names them. */
function partsOf(left: readonly number[], parts: number): string[] {
  const numbers = new Set(left.map((block) => (block % parts) + 1));
  return [...numbers].toSorted((one, other) => one - other).map((number) => `${number}/${parts}`);
}

/** What a task runs, in which $task is its part. */
function commandOf({ out, words }: SlurmPredictionOptions): string {
  const program = [process.execPath, builtModule('slurm', 'taskProcess.js')];
  const [verb, ...rest] = words as [string, ...string[]];
  const progress = resolve(out, 'blocks');
  return `${[...program, progress, verb].map(quoted).join(' ')} --part "$task" ${rest.map(quoted).join(' ')}`;
}

/** Of two divisions, each would do what the other does. */
function refuseOtherParts(
  tasks: ReadonlyMap<string, QueuedTask>,
  parts: number,
  out: string,
): void {
  const other = [...tasks.values()].find((one) => isQueued(one) && !one.task.endsWith(`/${parts}`));
  if (other !== undefined) throw otherParts(out, other.task, other.job);
}
