import { callSlurm, wordsOf } from './callSlurm.ts';

/**
 * Asks Slurm to run this task once more. A task that is ending already is left alone: its user has cancelled it, or
 * Slurm queues it again itself.
 *
 * @returns whether Slurm will
 */
export async function queueAgain(say: (text: string) => void): Promise<boolean> {
  const { SLURM_JOB_ID: id } = process.env;
  if (id === undefined) return false;
  const asked = await callSlurm('squeue', ['--noheader', `--jobs=${id}`, '--format=%T']);
  const state = asked.out.trim();
  if (asked.status !== 0 || state !== 'RUNNING') {
    const has = asked.status === 0 ? `Slurm has it as ${state || 'gone'}` : wordsOf(asked);
    say(`${has}: this task does not queue itself again`);
    return false;
  }
  const said = await callSlurm('scontrol', ['requeue', id]);
  const isQueued = said.status === 0;
  say(isQueued ? 'Queued again.' : `Slurm does not queue this task again: ${wordsOf(said)}`);
  return isQueued;
}
