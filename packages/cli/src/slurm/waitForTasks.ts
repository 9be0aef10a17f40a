import { setTimeout as wait } from 'node:timers/promises';
import { isRaremaskError } from '@raremask/core';
import { isHeld, isQueued, type QueuedTask, queuedTasks } from './queue.ts';
import type { Submission } from './submissions.ts';

/** Seconds between two questions: few at first, so that what is short is short. */
const SOONEST = 1;
const LATEST = 30;
/** So often in a row Slurm may be silent: its controller is started anew now and then. */
const SILENCES = 20;

/**
 * Waits until Slurm has none of the tasks any more, or until the signal comes.
 *
 * @returns how the tasks stand then
 */
export async function waitForTasks(
  submissions: readonly Submission[],
  { signal, say }: { readonly signal: AbortSignal; readonly say: (text: string) => void },
): Promise<ReadonlyMap<string, QueuedTask>> {
  let tasks: ReadonlyMap<string, QueuedTask> = new Map();
  let shown = '';
  let silences = 0;
  for (let pause = SOONEST; ; pause = Math.min(LATEST, pause * 1.3)) {
    try {
      tasks = await queuedTasks(submissions);
      silences = 0;
    } catch (error) {
      if (!isRaremaskError(error) || ++silences > SILENCES) throw error;
    }
    const text = queueText(tasks);
    if (text !== shown && text !== '') say(text);
    shown = text;
    const isDone = silences === 0 && ![...tasks.values()].some(isQueued);
    if (isDone || signal.aborted) return tasks;
    await wait(pause * 1000, undefined, { signal }).catch(() => undefined);
  }
}

/** What is queued, by state; what is held by its name. Empty where nothing is. */
function queueText(tasks: ReadonlyMap<string, QueuedTask>): string {
  const queued = [...tasks.values()].filter(isQueued);
  const states = new Map<string, number>();
  for (const { state } of queued) states.set(state, (states.get(state) ?? 0) + 1);
  const counts = [...states].map(([state, count]) => `${count} ${state.toLowerCase()}`);
  const held = queued.filter(isHeld);
  if (held.length > 0) {
    const [{ task, id, reason }] = held as [QueuedTask];
    counts.push(`${held.length} held, as ${task} (${reason}): scontrol release ${id}`);
  }
  return counts.length === 0 ? '' : `in Slurm: ${counts.join(', ')}`;
}
