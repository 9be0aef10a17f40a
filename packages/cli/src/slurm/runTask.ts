import { statSync } from 'node:fs';
import { EXIT } from '../failure.ts';
import { runCommand } from '../program.ts';
import { queueAgain } from './queueAgain.ts';

/**
 * Runs a command line in this process, which is a task of Slurm. Where the command was interrupted after saving, or a
 * signal comes when it has nothing to save, the task is queued again, if it has come further since it began: one that
 * has not would begin for ever.
 *
 * A cancelled task gets its signal in every process at once: so the command runs here, and not in a child, where the
 * signal that is passed on would be the second one.
 *
 * @param progress what is written anew as the work goes on: a checkpoint, or the folder of blocks
 * @param isThere whether a command that was interrupted has come as far as it was to come
 */
export async function runTask(
  parameters: readonly string[],
  progress: string,
  isThere: () => Promise<boolean> = async () => false,
): Promise<void> {
  const before = changedAt(progress);
  let isAsked = false;
  const again = async () => {
    if (isAsked) return;
    isAsked = true;
    if (changedAt(progress) === before) return say('nothing was saved: it is not queued again');
    await queueAgain(say);
  };
  process.on('SIGTERM', () => {
    // A command that listens saves first, and ends by itself.
    if (process.listenerCount('SIGTERM') > 1 || isAsked) return;
    void again().finally(() => process.exit(EXIT.resumable));
  });
  await runCommand(parameters);
  if (process.exitCode !== EXIT.resumable) return;
  if (await isThere()) process.exitCode = EXIT.ok;
  else await again();
}

function say(text: string): void {
  process.stderr.write(`slurm: ${text}\n`);
}

/** Milliseconds; undefined of what is not there. */
function changedAt(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs;
}
