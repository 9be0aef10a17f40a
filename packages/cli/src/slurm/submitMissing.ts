import { existsSync } from 'node:fs';
import { notShared } from './errors.ts';
import { isQueued, type QueuedTask, settledTasks } from './queue.ts';
import type { ArrayWork } from './script.ts';
import type { Submissions } from './submissions.ts';
import { type ArrayOptions, submitArray } from './submit.ts';

/** What Slurm has after a call. */
export interface Handed {
  /** Numbers of the jobs that were submitted now. */
  readonly jobs: readonly string[];
  /** Numbers of all jobs that have wanted tasks. */
  readonly all: readonly string[];
  /** What is submitted now. */
  readonly submitted: readonly string[];
  /** What Slurm had already, queued or running. */
  readonly queued: readonly string[];
}

export interface HandOptions extends Omit<ArrayOptions, 'before'> {
  readonly say: (text: string) => void;
  /** Hears of tasks that have ended without their work being done, before they are submitted again. */
  readonly onEnded: (task: QueuedTask) => void;
  /** Looks at what Slurm has before anything is submitted. */
  readonly check?: (tasks: ReadonlyMap<string, QueuedTask>) => void;
}

/**
 * Submits those of the tasks that Slurm has not.
 *
 * @param work whose tasks are not done
 * @throws RaremaskError where Slurm is absent, silent or refuses; once, where nodes do not have the folder
 */
export async function submitMissing(
  submissions: Submissions,
  work: ArrayWork,
  { say, onEnded, check, ...options }: HandOptions,
): Promise<Handed> {
  if (work.tasks.length === 0) return { jobs: [], all: [], submitted: [], queued: [] };
  const before = await settledTasks(await submissions.read(), say);
  check?.(before);
  await checkShared(submissions, work.tasks, before);
  const known = work.tasks.flatMap((task) => before.get(task) ?? []);
  for (const task of known) if (!isQueued(task)) onEnded(task);
  const queued = known.filter(isQueued);
  const names = new Set(queued.map(({ task }) => task));
  const tasks = work.tasks.filter((task) => !names.has(task));
  const jobs =
    tasks.length === 0
      ? []
      : await submitArray(submissions, { ...work, tasks }, { ...options, before });
  const all = [...new Set([...queued.map(({ job }) => job), ...jobs])];
  return { jobs, all, submitted: tasks, queued: [...names] };
}

/**
 * Throws where a task has failed and has not even written where it ran: its node does not see the folder. It
 * is told once for each submission: what was mended since cannot be seen from here.
 */
export async function checkShared(
  submissions: Submissions,
  wanted: readonly string[],
  tasks: ReadonlyMap<string, QueuedTask>,
): Promise<void> {
  const told = await submissions.read();
  const known = new Set(told.flatMap(({ name, toldNotShared }) => (toldNotShared ? [name] : [])));
  const lost = wanted
    .flatMap((name) => tasks.get(name) ?? [])
    .find(
      ({ state, job, index, submission }) =>
        state === 'FAILED' && !known.has(submission) && !existsSync(submissions.output(job, index)),
    );
  if (lost === undefined) return;
  await submissions.write(
    told.map((one) => (one.name === lost.submission ? { ...one, toldNotShared: true } : one)),
  );
  throw notShared(submissions.path, lost.id, lost.state);
}
