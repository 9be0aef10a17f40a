import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** What a process has said, or why it has not. */
export type Ended<T> =
  | { readonly state: 'ok'; readonly value: T }
  | { readonly state: 'failed'; readonly detail: string };

/**
 * Runs a module in another process: native libraries exclude each other, and some crash.
 *
 * @param module as it lies where it is built; it prints JSON
 * @param request its first parameter, as JSON
 * @param patience seconds that it may take
 */
export async function inProcess<T>(
  module: URL,
  request: unknown,
  patience: number,
): Promise<Ended<T>> {
  const child = spawn(process.execPath, [fileURLToPath(module), JSON.stringify(request)], {
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
  if (status === 0) return { state: 'ok', value: JSON.parse(out) as T };
  if (signal === 'SIGKILL') return { state: 'failed', detail: `not done after ${patience} s` };
  if (signal !== null) return { state: 'failed', detail: `crashed (${signal})` };
  const line = err.split('\n').find((one) => /^\s*\w*Error: /.test(one));
  const detail = line?.replace(/^\s*\w*Error: /, '').trim() ?? err.trim().split('\n').at(-1);
  return { state: 'failed', detail: detail || `ended with ${status}` };
}
