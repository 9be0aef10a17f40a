import { availableParallelism } from 'node:os';
import { type PreparedBackend, prepareBackend } from '@raremask/backends';
import { loadRuntime, type Runtime, runtimeLack } from '@raremask/compiler';
import type { LoadedManifest } from '@raremask/core/manifest';
import type { BackendFact, Compute } from '@raremask/engine';
import { runtimeMissing } from '../errors.ts';
import { knownCalibration } from './calibration.ts';
import { bestGpu, type OpenedGpu, requireGpu } from './gpu.ts';

/** What computes: a tfjs backend, and where steps are compiled what runs them. */
export interface Prepared extends BackendFact {
  readonly compute?: Compute;
}

/**
 * Prepares what the manifest asks for; optional packages are looked for beside it. Compiled steps
 * need a tfjs backend as well: for what cannot be compiled.
 *
 * `auto` takes CUDA's provider, then WebGPU's, where each finds a GPU and computes right on it, then
 * tfjs-node-gpu, then the processor; where the machine was measured (doctor --calibrate), a GPU only if it
 * was faster. What was passed over stands in the reason.
 *
 * @param cores that `threads: auto` may use
 */
export async function prepared(
  { manifest, folder }: LoadedManifest,
  cores = availableParallelism(),
): Promise<Prepared> {
  const { backend } = manifest;
  const count = manifest.threads === 'auto' ? cores : manifest.threads;
  switch (backend) {
    case 'auto':
      return await best(folder, count);
    case 'compiled':
    case 'webgpu':
    case 'cuda': {
      const outcome = await loadRuntime();
      if (outcome.state !== 'ok') throw runtimeMissing(backend, runtimeLack(outcome));
      const gpu = backend === 'compiled' ? undefined : requireGpu(outcome.runtime, backend);
      const eager = await prepareBackend('auto', folder);
      return gpu ? onGpu(gpu, eager, count) : compiled(outcome.runtime, eager, count);
    }
    default:
      return await prepareBackend(backend, folder);
  }
}

async function best(folder: string, threads: number): Promise<Prepared> {
  const outcome = await loadRuntime();
  const measured = knownCalibration();
  const { gpu, passed } = outcome.state === 'ok' ? bestGpu(outcome.runtime, measured) : NO_GPU;
  const eager = await prepareBackend('auto', folder);
  if (gpu) return onGpu(gpu, eager, threads, passed);
  if (eager.name === 'tensorflow-gpu') return withPassed(eager, passed);
  if (outcome.state === 'ok') return compiled(outcome.runtime, eager, threads, passed);
  const lack = runtimeLack(outcome);
  const note = `steps are not compiled, and take up to ten times as long: ${lack.what}. Do this: ${lack.remedy}`;
  return { ...eager, notes: [...eager.notes, note] };
}

const NO_GPU = { gpu: undefined, passed: [] } as const;

function compiled(
  runtime: Runtime,
  eager: PreparedBackend,
  threads: number,
  passed: readonly string[] = [],
): Prepared {
  const { version } = runtime;
  const said = threads === 1 ? 'one thread' : `${threads} threads`;
  return withPassed(
    {
      name: 'compiled',
      reason: `compiled (onnxruntime-node ${version}, ${said}); ${eager.name} for what cannot be compiled`,
      notes: eager.notes,
      versions: { ...eager.versions, 'onnxruntime-node': version },
      compute: { runtime, threads },
    },
    passed,
  );
}

function onGpu(
  { name, runtime, adapter }: OpenedGpu,
  eager: PreparedBackend,
  threads: number,
  passed: readonly string[] = [],
): Prepared {
  const { version } = runtime;
  const device = [adapter.name, adapter.driver].filter(Boolean).join(', ');
  const slow = adapter.software
    ? [`${adapter.name} is no GPU: a processor does its work, right and slowly`]
    : [];
  return withPassed(
    {
      name,
      reason: `${name} on ${device} (onnxruntime-node ${version}); ${eager.name} on the processor for what cannot be compiled`,
      notes: [...slow, ...eager.notes],
      versions: { ...eager.versions, 'onnxruntime-node': version },
      compute: { runtime, threads },
    },
    passed,
  );
}

function withPassed(prepared: Prepared, passed: readonly string[]): Prepared {
  if (passed.length === 0) return prepared;
  return { ...prepared, reason: `${prepared.reason}; passed over: ${passed.join(', ')}` };
}
