import { execFileSync, spawn } from 'node:child_process';

/** Milliseconds between two looks at the GPU's memory. */
const LOOK = 300;

/**
 * Runs one measurement in a process of its own.
 *
 * @param limit seconds after which it is killed
 * @returns what it said in its last line, with what the GPU's memory grew by in MiB where that can be had; or why it
 *   said nothing
 */
export async function measured(command, parameters, { limit, env = {}, cwd }) {
  const before = gpuMemory();
  const child = spawn(command, parameters, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const patience = setTimeout(() => child.kill('SIGKILL'), limit * 1000);
  let most = before;
  const looks =
    before === undefined
      ? undefined
      : setInterval(() => {
          most = Math.max(most, gpuMemory() ?? 0);
        }, LOOK);
  let [out, err] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text) => (err = (err + text).slice(-100_000)));
  const started = performance.now();
  const [status, signal] = await new Promise((resolve) => {
    child.on('error', (error) => {
      err += error.message;
      resolve([1, null]);
    });
    child.on('close', (...ended) => resolve(ended));
  });
  clearTimeout(patience);
  clearInterval(looks);
  const seconds = (performance.now() - started) / 1000;
  if (status === 0) {
    const gpu = before === undefined ? undefined : most - before;
    return { ok: true, value: { seconds, ...lastLine(out), ...(gpu !== undefined && { gpu }) } };
  }
  if (signal === 'SIGKILL' && seconds >= limit) {
    return { ok: false, reason: `not done after ${limit} s` };
  }
  return { ok: false, reason: signal ? `crashed (${signal})` : reasonIn(err) };
}

/** Commands that say nothing are measured by their time alone. */
function lastLine(out) {
  const line = out.trim().split('\n').at(-1) ?? '';
  return line.startsWith('{') ? JSON.parse(line) : {};
}

/** The line that says why, of all that a process wrote before it ended. */
function reasonIn(err) {
  const lines = err.split('\n').filter((line) => line.trim() !== '');
  const line = lines.find((one) => /^\s*\w*(Error|Exception)\b.*: /.test(one)) ?? lines.at(-1);
  return (line ?? 'it said nothing')
    .trim()
    .replace(/^Error: /, '')
    .slice(0, 300);
}

/** MiB that are taken on all GPUs of NVIDIA; undefined where nobody says. */
function gpuMemory() {
  try {
    const said = execFileSync(
      'nvidia-smi',
      ['--query-gpu=memory.used', '--format=csv,noheader,nounits'],
      {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
        timeout: 5000,
      },
    );
    const numbers = said.trim().split('\n').map(Number);
    return numbers.some(Number.isNaN) ? undefined : numbers.reduce((sum, one) => sum + one, 0);
  } catch {
    return undefined;
  }
}
