import { availableParallelism } from 'node:os';
import { type PreparedBackend, prepareBackend } from '@raremask/backends';
import { loadRuntime, type Runtime, runtimeLack } from '@raremask/compiler';
import type { Precision } from '@raremask/core';
import type { LoadedManifest } from '@raremask/core/manifest';
import type { BackendFact, Compute } from '@raremask/engine';
import { precisionUnsupported, runtimeMissing } from '../errors.ts';
import { knownCalibration } from './calibration.ts';
import { bestGpu, type OpenedGpu, requireGpu } from './gpu.ts';

/** What computes: a tfjs backend, and where steps are compiled what runs them. */
export interface Prepared extends BackendFact {
  readonly compute?: Compute;
}

/** How compiled steps are to be computed. */
interface Use {
  readonly threads: number;
  readonly precision: Precision;
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
 * @throws RaremaskError also where nothing here computes in the manifest's precision
 */
export async function prepared(
  { manifest, folder }: LoadedManifest,
  cores = availableParallelism(),
): Promise<Prepared> {
  const { backend, precision } = manifest;
  const use = { threads: manifest.threads === 'auto' ? cores : manifest.threads, precision };
  switch (backend) {
    case 'auto':
      return await best(folder, use);
    case 'compiled':
    case 'webgpu':
    case 'cuda': {
      const outcome = await loadRuntime();
      if (outcome.state !== 'ok') throw runtimeMissing(backend, runtimeLack(outcome));
      const gpu =
        backend === 'compiled' ? undefined : requireGpu(outcome.runtime, backend, precision);
      const eager = await prepareBackend('auto', folder, precision === 'tf32');
      return gpu ? onGpu(gpu, eager, use) : compiled(outcome.runtime, eager, use);
    }
    default:
      return eagerly(await prepareBackend(backend, folder, precision === 'tf32'), precision);
  }
}

async function best(folder: string, use: Use): Promise<Prepared> {
  const { precision } = use;
  const outcome = await loadRuntime();
  const measured = knownCalibration();
  const { gpu, passed } =
    outcome.state === 'ok' ? bestGpu(outcome.runtime, precision, measured) : NO_GPU;
  if (precision === 'tf32' && gpu === undefined) return await inTf32(folder, passed);
  const eager = await prepareBackend('auto', folder, precision === 'tf32');
  if (gpu) return onGpu(gpu, eager, use, passed);
  if (eager.name === 'tensorflow-gpu' && precision === 'float32') {
    return withPassed(eagerly(eager, precision), passed);
  }
  if (outcome.state === 'ok') return compiled(outcome.runtime, eager, use, passed);
  const lack = runtimeLack(outcome);
  if (precision === 'float16') throw precisionUnsupported(precision, 'auto', lack.what);
  const note = `steps are not compiled, and take up to ten times as long: ${lack.what}. Do this: ${lack.remedy}`;
  return { ...eagerly(eager, precision), notes: [...eager.notes, note] };
}

const NO_GPU = { gpu: undefined, passed: [] } as const;

/** TensorFlow on a GPU, the last that can; on a processor it would compute in float32. */
async function inTf32(folder: string, passed: readonly string[]): Promise<Prepared> {
  try {
    return withPassed(
      eagerly(await prepareBackend('tensorflow-gpu', folder, true), 'tf32'),
      passed,
    );
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('. ')[0]! : String(error);
    throw precisionUnsupported('tf32', 'auto', [...passed, reason].join(', '));
  }
}

/** Kernel by kernel, on a tfjs backend. */
function eagerly(eager: PreparedBackend, precision: Precision): Prepared {
  const reason =
    precision === 'float32' ? eager.reason : `${eager.reason}; products in ${precision}`;
  return { ...eager, reason, precision };
}

function compiled(
  runtime: Runtime,
  eager: PreparedBackend,
  { threads, precision }: Use,
  passed: readonly string[] = [],
): Prepared {
  const { version } = runtime;
  const said = threads === 1 ? 'one thread' : `${threads} threads`;
  const slow =
    precision === 'float16'
      ? [
          'the processor has no products in float16: their operands and results are rounded to it, which tries its numbers and takes longer than float32',
        ]
      : [];
  return withPassed(
    {
      name: 'compiled',
      reason: `compiled (onnxruntime-node ${version}, ${said}, ${precision}); ${eager.name} for what cannot be compiled`,
      notes: [...slow, ...eager.notes],
      versions: { ...eager.versions, 'onnxruntime-node': version },
      precision,
      compute: { runtime, threads, precision },
    },
    passed,
  );
}

function onGpu(
  { name, runtime, adapter, rounds }: OpenedGpu,
  eager: PreparedBackend,
  { threads, precision }: Use,
  passed: readonly string[] = [],
): Prepared {
  const { version } = runtime;
  const device = [adapter.name, adapter.driver].filter(Boolean).join(', ');
  const slow = adapter.software
    ? [`${adapter.name} is no GPU: a processor does its work, right and slowly`]
    : [];
  const exact =
    precision === 'tf32' && !rounds
      ? [
          `${adapter.name} has not rounded the product that was tried to TF32: it has no tensor cores for it (they come with compute capability 8.0), or takes them for larger products only`,
        ]
      : [];
  return withPassed(
    {
      name,
      reason: `${name} on ${device} (onnxruntime-node ${version}, ${precision}); ${eager.name} on the processor for what cannot be compiled`,
      notes: [...slow, ...exact, ...eager.notes],
      versions: { ...eager.versions, 'onnxruntime-node': version },
      precision,
      compute: { runtime, threads, precision },
    },
    passed,
  );
}

function withPassed(prepared: Prepared, passed: readonly string[]): Prepared {
  if (passed.length === 0) return prepared;
  return { ...prepared, reason: `${prepared.reason}; passed over: ${passed.join(', ')}` };
}
