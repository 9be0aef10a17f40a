import { type ChildProcess, fork, spawn } from 'node:child_process';
import { join } from 'node:path';

const executable = join(import.meta.dirname, '..', 'bin', 'raremask.js');

/** What a command has left. */
export interface Ended {
  /** Exit status; null where a signal ended the process. */
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Without the runner's colours. */
function plain(): NodeJS.ProcessEnv {
  const { NO_COLOR: _no, FORCE_COLOR: _force, ...inherited } = process.env;
  return inherited;
}

/**
 * Runs the built command in a folder, in a process of its own and without a terminal.
 *
 * @param killAfter milliseconds after which it is killed
 */
export async function run(
  folder: string,
  parameters: readonly string[],
  env: NodeJS.ProcessEnv = {},
  killAfter?: number,
): Promise<Ended> {
  const child = spawn(process.execPath, [executable, ...parameters], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...plain(), ...env },
    ...(killAfter !== undefined && { timeout: killAfter, killSignal: 'SIGKILL' }),
  });
  const seen = collected(child);
  return await new Promise<Ended>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status) => resolve({ status, ...seen }));
  });
}

let server: { readonly child: ChildProcess; readonly seen: Written } | undefined;
process.on('exit', () => server?.child.kill());

/**
 * Runs the built command in a project, in a process that the tests of a file share: loading the
 * libraries takes longer than most commands.
 */
export async function raremask(
  { folder }: { readonly folder: string },
  ...parameters: readonly string[]
): Promise<Ended> {
  server ??= started();
  const { child, seen } = server;
  // What native code writes does not go through the streams that the server collects.
  Object.assign(seen, { stdout: '', stderr: '' });
  child.send({ folder, parameters });
  const answer = await new Promise<Ended>((resolve) => {
    const message = (ended: Ended) => settle(ended);
    const close = (status: number | null) => settle({ status, stdout: '', stderr: '' });
    const settle = (ended: Ended) => {
      child.off('message', message).off('close', close);
      resolve(ended);
    };
    child.on('message', message).on('close', close);
  });
  if (child.exitCode !== null || child.signalCode !== null) server = undefined;
  return {
    status: answer.status,
    stdout: answer.stdout + seen.stdout,
    stderr: answer.stderr + seen.stderr,
  };
}

function started(): NonNullable<typeof server> {
  const child = fork(join(import.meta.dirname, 'commandServer.mjs'), [], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: plain(),
  });
  return { child, seen: collected(child) };
}

interface Written {
  stdout: string;
  stderr: string;
}

/** What a process writes, as it comes. */
function collected(child: ChildProcess): Written {
  const seen = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream]?.setEncoding('utf8').on('data', (text: string) => {
      seen[stream] += text;
    });
  }
  return seen;
}
