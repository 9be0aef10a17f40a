/** A job array: one task for each name, with what each runs. */
export interface ArrayWork {
  /** Folder from which tasks run. */
  readonly cwd: string;
  /** What tasks are called; the script has their name in `$task`. */
  readonly tasks: readonly string[];
  /** Command line of the shell, in which `"$task"` stands for the name. */
  readonly command: string;
}

/** Seconds before the end of a task's time at which it is asked to save and to queue again. */
const BEFORE_END = 60;

/**
 * The script that each task of an array runs. The task is the process that Slurm's signals reach: it replaces the
 * shell. What stands in it may be overridden on sbatch's command line.
 */
export function arrayScript({ cwd, tasks, command }: ArrayWork): string {
  return `#!/bin/bash
# Written by raremask: task k of the array runs the k-th of these, counted from 0.
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --signal=B:TERM@${BEFORE_END}
tasks=(
${tasks.map((task) => `  ${quoted(task)}`).join('\n')}
)
task="\${tasks[$SLURM_ARRAY_TASK_ID]}"
echo "$task on $(hostname), $(date -Is), queued again \${SLURM_RESTART_COUNT:-0} times"
cd ${quoted(cwd)} || exit 1
exec ${command}
`;
}

/** The script of a job that follows the tasks of others. */
export function followingScript(cwd: string, words: readonly string[]): string {
  return `#!/bin/bash
cd ${quoted(cwd)} || exit 1
exec ${words.map(quoted).join(' ')}
`;
}

/** A word as a shell reads it. */
export function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
