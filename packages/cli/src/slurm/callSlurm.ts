import { spawn } from 'node:child_process';
import { slurmMissing } from './errors.ts';

/** What a command of Slurm has said. */
export interface Said {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}

/**
 * Calls a command of Slurm.
 *
 * @throws RaremaskError where there is no such command
 */
export async function callSlurm(program: string, parameters: readonly string[]): Promise<Said> {
  const child = spawn(program, parameters, { stdio: ['ignore', 'pipe', 'pipe'], env: plain() });
  let [out, err] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  const status = await new Promise<number | null>((resolve, reject) => {
    child.on('error', (error: NodeJS.ErrnoException) =>
      reject(error.code === 'ENOENT' ? slurmMissing(program) : error),
    );
    child.on('close', resolve);
  });
  return { status, out, err };
}

/** What went wrong, in Slurm's words on one line. */
export function wordsOf({ status, err, out }: Said): string {
  const lines = (err.trim() || out.trim()).split('\n').map((line) => line.trim());
  return lines.filter(Boolean).join('; ').slice(0, 600) || `exit status ${status}, no words`;
}

/** Without what changes how Slurm's lists look, or which jobs they have. */
function plain(): NodeJS.ProcessEnv {
  const entries = Object.entries(process.env);
  return Object.fromEntries(entries.filter(([name]) => !/^(SQUEUE|SACCT)_/.test(name)));
}
