import { prepareBackend } from '@raremask/backends';
import { gpuProvider, loadRuntime, onProvider, type Runtime } from '@raremask/compiler';
import { loadManifest } from '@raremask/core/manifest';
import { type RunEvent, train } from '@raremask/engine';
import { expect, test } from 'vitest';
import { EXIT, reportFailure } from '../src/failure.ts';
import { createProject } from './project.ts';

const outcome = await loadRuntime();
if (outcome.state !== 'ok') console.warn(`skipped: onnxruntime-node (${outcome.detail})`);

/** A GPU, played by the processor, that is gone when so many steps have run. */
function lostAfter(runtime: Runtime, steps: number): Runtime {
  let run = 0;
  const create = async (model: Uint8Array) => {
    const session = await runtime.InferenceSession.create(model, { logSeverityLevel: 4 });
    return {
      run: (feeds: Parameters<typeof session.run>[0]) => {
        // What Dawn says, through onnxruntime.
        if (++run > steps) throw new Error('WebGPU device lost (1): the driver was reset');
        return session.run(feeds);
      },
      endProfiling: () => undefined,
      release: () => session.release(),
    };
  };
  const sessions = { create } as unknown as Runtime['InferenceSession'];
  return onProvider({ ...runtime, InferenceSession: sessions }, gpuProvider('webgpu'));
}

test.skipIf(outcome.state !== 'ok')(
  'a lost GPU ends a run with the status of one that can go on, and it goes on',
  async () => {
    if (outcome.state !== 'ok') return;
    await prepareBackend('wasm');
    const project = createProject();
    const loaded = await loadManifest([project.at('raremask.yaml')]);
    const events: RunEvent[] = [];
    const backend = { name: 'webgpu', reason: 'webgpu, played', notes: [] };
    const options = {
      backend,
      version: '0.0.0',
      onEvent: (event: RunEvent) => void events.push(event),
    };
    const compute = { runtime: lostAfter(outcome.runtime, 1), threads: 1 };
    const lost = await train(loaded, { ...options, compute }).catch((error: unknown) => error);
    const said: string[] = [];
    const console = {
      json: false,
      color: false,
      width: 100,
      result: () => undefined,
      text: () => undefined,
      note: () => undefined,
      problem: (text: string) => void said.push(text),
    };
    expect(reportFailure(lost, console, '0.0.0')).toBe(EXIT.resumable);
    const folder = project.at('runs/tiny');
    expect(said.join()).toContain('the driver was reset');
    expect(said.join()).toContain(`raremask resume ${folder}`);
    const whole = { runtime: outcome.runtime, threads: 1 };
    const result = await train(loaded, { ...options, compute: whole, resume: folder });
    expect(result).toMatchObject({ folder, interrupted: false, epochs: 2 });
  },
);
