import { argv, stdout } from 'node:process';
import { prepareBackend } from '@raremask/backends';
import { loadRuntime, openGpu } from '@raremask/compiler';
import { initialState, openRunner, type RunEvent } from '@raremask/engine';
import type { Timed, TimeRequest } from './time.ts';
import { timedStep } from './timedStep.ts';

/** Times one backend, in a process of its own: native libraries exclude each other, and some crash. */
const { backend, forms, threads, folder, seconds } = JSON.parse(argv[2]!) as TimeRequest;

function isCompiled(name: TimeRequest['backend']): name is 'compiled' | 'webgpu' | 'cuda' {
  return name === 'compiled' || name === 'webgpu' || name === 'cuda';
}

async function opened() {
  if (!isCompiled(backend)) {
    const { reason } = await prepareBackend(backend, folder);
    return { device: reason, compute: undefined };
  }
  await prepareBackend('wasm', folder);
  const outcome = await loadRuntime();
  if (outcome.state !== 'ok') throw new Error(`onnxruntime-node: ${outcome.detail}`);
  if (backend === 'compiled') {
    return { device: 'the processor', compute: { runtime: outcome.runtime, threads } };
  }
  const gpu = openGpu(outcome.runtime, backend, { ...(forms && { forms }) });
  if (gpu.state !== 'ok') throw new Error(gpu.detail);
  return { device: gpu.adapter.name, compute: { runtime: gpu.runtime, threads } };
}

/** What falls back would be timed as something else. */
function note(event: RunEvent): void {
  if (event.type === 'note' && event.level === 'warn') throw new Error(event.text);
}

const { device, compute } = await opened();
const { program, call } = timedStep();
const runner = openRunner(compute, program, initialState(program), note);
const { loss } = await runner.step(call);
// The second is the first without preparations, and not always a typical one.
await runner.step(call);
const times: number[] = [];
const until = performance.now() + seconds * 1000;
while (times.length < 3 || (performance.now() < until && times.length < 200)) {
  const started = performance.now();
  const made = await runner.steps(Array.from({ length: runner.atOnce }, () => call));
  times.push((performance.now() - started) / made.length);
}
await runner.dispose();
times.sort((a, b) => a - b);
const timed: Timed = { milliseconds: times[times.length >> 1]!, loss, device };
stdout.write(`${JSON.stringify(timed)}\n`);
