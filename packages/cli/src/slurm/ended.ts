import { existsSync } from 'node:fs';
import type { QueuedTask } from './queue.ts';
import type { Submissions } from './submissions.ts';

/** Ways to end that say nothing against what was done: it goes on with the next call. */
const STOPPED = ['CANCELLED', 'DEADLINE', 'NODE_FAIL', 'PREEMPTED', 'TIMEOUT'];

export function isStopped({ state }: Pick<QueuedTask, 'state'>): boolean {
  return STOPPED.includes(state);
}

export interface Telling {
  readonly say: (text: string) => void;
  readonly warn: (text: string) => void;
  /** A path as it is shown. */
  readonly shown: (path: string) => string;
}

/**
 * Says how a task ended whose work is not done.
 *
 * @param log what the work has written, where that is not the task's own output
 */
export function tellEnded(
  { task, id, job, index, state }: QueuedTask,
  submissions: Submissions,
  { say, warn, shown }: Telling,
  log?: string,
): void {
  if (state === 'CANCELLED') {
    say(`${task}: task ${id} was cancelled`);
    return;
  }
  const logs = [...(log === undefined ? [] : [log]), submissions.output(job, index)];
  const place = logs.find((path) => existsSync(path));
  const why = place === undefined ? 'it has written nothing here' : `${shown(place)} says why`;
  const ended = state === 'GONE' ? 'has ended' : `ended as ${state}`;
  warn(`${task}: task ${id} ${ended}, and is not finished; ${why}`);
}
