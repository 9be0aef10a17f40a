import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { BackendRequest } from '@raremask/backends';
import type { Forms } from '@raremask/compiler';

/** What is to be timed. */
export interface TimeRequest {
  readonly backend: Exclude<BackendRequest, 'auto'> | 'compiled' | 'webgpu' | 'cuda';
  /** For a GPU of a provider. */
  readonly forms?: Forms;
  readonly threads: number;
  /** Where optional packages are looked for. */
  readonly folder: string;
  /** How long steps are repeated. */
  readonly seconds: number;
}

/** A training step, timed. */
export interface Timed {
  /** The median. */
  readonly milliseconds: number;
  /** Of the first step: the same on every backend that computes right. */
  readonly loss: number;
  readonly device: string;
}

export type Outcome =
  | ({ readonly state: 'ok' } & Timed)
  | { readonly state: 'failed'; readonly detail: string };

/** Seconds after which a backend is given up: its preparation alone takes longer than training could bear. */
const PATIENCE = 60;

/** Times a backend in another process. @param patience seconds that it may take altogether */
export async function timeBackend(request: TimeRequest, patience = PATIENCE): Promise<Outcome> {
  const file = fileURLToPath(new URL('./timeProcess.js', import.meta.url));
  const child = spawn(process.execPath, [file, JSON.stringify(request)], {
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: patience * 1000,
    killSignal: 'SIGKILL',
  });
  let [out, err] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  const [status, signal] = await new Promise<[number | null, string | null]>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (...ended) => resolve(ended));
  });
  if (status === 0) return { state: 'ok', ...(JSON.parse(out) as Timed) };
  if (signal === 'SIGKILL') return { state: 'failed', detail: `not done after ${patience} s` };
  if (signal !== null) return { state: 'failed', detail: `crashed (${signal})` };
  const line = err.split('\n').find((one) => /^\s*\w*Error: /.test(one));
  const detail = line?.replace(/^\s*\w*Error: /, '').trim() ?? err.trim().split('\n').at(-1);
  return { state: 'failed', detail: detail || `ended with ${status}` };
}
