import { setTimeout as wait } from 'node:timers/promises';
import { isRaremaskError } from '@raremask/core';
import { callSlurm, wordsOf } from './callSlurm.ts';
import { slurmSilent } from './errors.ts';
import type { Submission } from './submissions.ts';

/** One task of an array, as Slurm has it. */
export interface QueuedTask {
  /** Name that its submission has for it. */
  readonly task: string;
  /** Name of that submission. */
  readonly submission: string;
  /** As Slurm calls it, for example 12_3. */
  readonly id: string;
  readonly job: string;
  readonly index: number;
  /** For example PENDING, RUNNING or TIMEOUT; GONE where Slurm does not know the task any more. */
  readonly state: string;
  /** Why a task waits. */
  readonly reason: string;
}

/** States of tasks that Slurm will not run any more. All others, also those to come, count as queued. */
const ENDED = [
  'BOOT_FAIL',
  'CANCELLED',
  'COMPLETED',
  'DEADLINE',
  'FAILED',
  'GONE',
  'NODE_FAIL',
  'OUT_OF_MEMORY',
  'PREEMPTED',
  'REVOKED',
  'TIMEOUT',
];

export function isQueued({ state }: Pick<QueuedTask, 'state'>): boolean {
  return !ENDED.includes(state);
}

/** Whether a task waits for somebody to let it go. */
export function isHeld({ state, reason }: QueuedTask): boolean {
  return state === 'SPECIAL_EXIT' || /held|NeverSatisfied/i.test(`${state} ${reason}`);
}

/**
 * What Slurm says of all tasks that were submitted, the latest of each name. What its controller has forgotten is looked
 * up in the accounting, where a cluster has one.
 *
 * @throws RaremaskError where squeue is absent or does not answer
 */
export async function queuedTasks(
  submissions: readonly Submission[],
): Promise<ReadonlyMap<string, QueuedTask>> {
  if (submissions.length === 0) return new Map();
  const names = submissions.map(({ name }) => name).join(',');
  const said = await callSlurm('squeue', [
    ...['--noheader', '--array', '--states=all', `--name=${names}`],
    '--format=%j|%F|%K|%T|%r',
  ]);
  if (said.status !== 0) throw slurmSilent(wordsOf(said));
  const listed = parsedQueue(said.out);
  const jobs = submissions.map((one) => ({
    ...one,
    job: one.job ?? listed.find(({ name }) => name === one.name)?.job ?? null,
  }));
  const known = new Map(listed.map((one) => [`${one.job}_${one.index}`, one]));
  const forgotten = jobs.flatMap(({ job, tasks }) =>
    job !== null && tasks.some((_, index) => !known.has(`${job}_${index}`)) ? [job] : [],
  );
  const accounted = await accountedStates(forgotten);
  const latest = new Map<string, QueuedTask>();
  for (const { name, job, tasks } of jobs) {
    // Neither known by a number nor by its name: sbatch has never taken it.
    if (job === null) continue;
    for (const [index, task] of tasks.entries()) {
      const id = `${job}_${index}`;
      const { state, reason } = known.get(id) ?? { state: accounted.get(id) ?? 'GONE', reason: '' };
      const before = latest.get(task);
      if (before && isQueued(before)) continue;
      latest.set(task, { task, submission: name, id, job, index, state, reason });
    }
  }
  return latest;
}

/** As `queuedTasks`, after tasks that are just ending have ended: a cancelled one may be submitted then. */
export async function settledTasks(
  submissions: readonly Submission[],
  say: (text: string) => void,
): Promise<ReadonlyMap<string, QueuedTask>> {
  let tasks = await queuedTasks(submissions);
  for (let second = 0; second < 60; second++) {
    const ending = [...tasks.values()].filter(({ state }) => state === 'COMPLETING');
    if (ending.length === 0) break;
    if (second === 0) say(`waiting for ${ending.length} tasks that are ending in Slurm`);
    await wait(1000);
    tasks = await queuedTasks(submissions);
  }
  return tasks;
}

interface Listed {
  readonly name: string;
  readonly job: string;
  readonly index: string;
  readonly state: string;
  readonly reason: string;
}

function parsedQueue(text: string): Listed[] {
  return text
    .split('\n')
    .filter((line) => line.includes('|'))
    .map((line) => {
      const [name = '', job = '', index = '', state = '', reason = ''] = line.trim().split('|');
      return { name, job, index, state, reason };
    });
}

/** States by task, of jobs that squeue has forgotten; none where nothing accounts for jobs. */
async function accountedStates(jobs: readonly string[]): Promise<ReadonlyMap<string, string>> {
  if (jobs.length === 0) return new Map();
  try {
    const said = await callSlurm('sacct', [
      ...['--noheader', '--parsable2', '--allocations', `--jobs=${jobs.join(',')}`],
      '--format=JobID,State',
    ]);
    if (said.status !== 0) return new Map();
    return new Map(
      said.out.split('\n').flatMap((line): [string, string][] => {
        const [id, state] = line.split('|');
        // "CANCELLED by 1000".
        return id && state ? [[id, state.split(' ')[0]!]] : [];
      }),
    );
  } catch (error) {
    if (isRaremaskError(error)) return new Map();
    throw error;
  }
}
