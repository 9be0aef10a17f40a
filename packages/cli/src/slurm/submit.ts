import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder } from '@raremask/record';
import { callSlurm, wordsOf } from './callSlurm.ts';
import { slurmRefused } from './errors.ts';
import { isQueued, type QueuedTask } from './queue.ts';
import { type ArrayWork, arrayScript } from './script.ts';
import type { Submission, Submissions } from './submissions.ts';

export interface ArrayOptions {
  /** Part of the job's name. */
  readonly label: string;
  /** Options of sbatch. */
  readonly words: readonly string[];
  /** How many tasks run at once; left out, as many as the cluster lets. */
  readonly atOnce?: number | undefined;
  /** What Slurm has of the folder already. */
  readonly before: ReadonlyMap<string, QueuedTask>;
}

/**
 * Hands tasks to Slurm as a job array; as several, one after the other, where they are more than an array may have. What
 * is submitted is written down before sbatch is called, under a name that no other job has.
 *
 * @returns numbers of the jobs
 * @throws RaremaskError where sbatch is absent, or does not take the job
 */
export async function submitArray(
  submissions: Submissions,
  work: ArrayWork,
  { label, words, atOnce, before }: ArrayOptions,
): Promise<readonly string[]> {
  const most = await largestArray();
  makeFolder(submissions.folder);
  const earlier = await submissions.read();
  const queued = new Set([...before.values()].filter(isQueued).map((task) => task.submission));
  // Of what has ended, everything that is wanted is submitted anew.
  let kept: readonly Submission[] = earlier.filter(({ name }) => queued.has(name));
  const jobs: string[] = [];
  for (let from = 0; from < work.tasks.length; from += most) {
    const tasks = work.tasks.slice(from, from + most);
    const name = jobName(label);
    const script = join(submissions.folder, `${name}.sh`);
    await writeFile(script, arrayScript({ ...work, tasks }));
    await submissions.write([...kept, { name, job: null, tasks }]);
    const previous = jobs.at(-1);
    const said = await callSlurm('sbatch', [
      ...['--parsable', ...words],
      // Of several arrays, one at a time keeps to the number of tasks at once.
      ...(previous !== undefined && atOnce ? [`--dependency=afterany:${previous}`] : []),
      `--job-name=${name}`,
      `--array=0-${tasks.length - 1}${atOnce ? `%${atOnce}` : ''}`,
      `--output=${submissions.outputPattern}`,
      `--chdir=${work.cwd}`,
      script,
    ]);
    if (said.status !== 0) {
      await submissions.write(jobs.length > 0 ? kept : earlier);
      throw slurmRefused(script, wordsOf(said));
    }
    const job = numberOf(said.out);
    jobs.push(job);
    kept = [...kept, { name, job, tasks }];
    await submissions.write(kept);
  }
  return jobs;
}

/** What `sbatch --parsable` says, without the name of the cluster. */
export function numberOf(out: string): string {
  return out.trim().split('\n').at(-1)!.split(';')[0]!;
}

/** Names by which squeue is asked have no commas. */
export function jobName(label: string): string {
  return `raremask-${label.replace(/[^\w.-]+/g, '_').slice(0, 60)}-${randomBytes(4).toString('hex')}`;
}

/** So many tasks an array may have: indices lie below MaxArraySize. */
async function largestArray(): Promise<number> {
  const { out } = await callSlurm('scontrol', ['show', 'config']);
  const size = Number(/^MaxArraySize\s*=\s*(\d+)/m.exec(out)?.[1]);
  return size > 0 ? size : 1001;
}
