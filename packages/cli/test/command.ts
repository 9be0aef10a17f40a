import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { vi } from 'vitest';

const executable = join(import.meta.dirname, '..', 'bin', 'raremask.js');

// A test runs several processes, each of about a second on a free machine.
vi.setConfig({ testTimeout: 120_000 });

/** What a command has left. */
export interface Ended {
  /** Exit status; null where a signal ended the process. */
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the built command in a folder, without a terminal and without the runner's colours. */
export async function run(
  folder: string,
  parameters: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<Ended> {
  const { NO_COLOR: _no, FORCE_COLOR: _force, ...inherited } = process.env;
  const child = spawn(process.execPath, [executable, ...parameters], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...inherited, ...env },
  });
  const seen = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (text: string) => {
      seen[stream] += text;
    });
  }
  return await new Promise<Ended>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status) => resolve({ status, ...seen }));
  });
}

/** Runs the built command in a project. */
export async function raremask(
  { folder }: { readonly folder: string },
  ...parameters: readonly string[]
): Promise<Ended> {
  return await run(folder, parameters);
}
