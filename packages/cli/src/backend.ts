import { availableParallelism } from 'node:os';
import { type PreparedBackend, prepareBackend } from '@raremask/backends';
import { loadRuntime, runtimeLack } from '@raremask/compiler';
import type { LoadedManifest } from '@raremask/core/manifest';
import type { BackendFact, Compute } from '@raremask/engine';
import { runtimeMissing } from './errors.ts';

/** What computes: a tfjs backend, and where steps are compiled what runs them. */
export interface Prepared extends BackendFact {
  readonly compute?: Compute;
}

/**
 * Prepares what the manifest asks for; optional packages are looked for beside it. Compiled steps
 * need a tfjs backend as well: for what cannot be compiled.
 */
export async function prepared({ manifest, folder }: LoadedManifest): Promise<Prepared> {
  const { backend, threads } = manifest;
  if (backend !== 'auto' && backend !== 'compiled') return await prepareBackend(backend, folder);
  const eager = await prepareBackend('auto', folder);
  if (backend === 'auto' && eager.name === 'tensorflow-gpu') return eager;
  const outcome = await loadRuntime();
  if (outcome.state === 'ok') {
    const count = threads === 'auto' ? availableParallelism() : threads;
    return compiled(eager, { runtime: outcome.runtime, threads: count });
  }
  const lack = runtimeLack(outcome);
  if (backend === 'compiled') throw runtimeMissing(lack);
  const note = `steps are not compiled, and take up to ten times as long: ${lack.what}. Do this: ${lack.remedy}`;
  return { ...eager, notes: [...eager.notes, note] };
}

function compiled(eager: PreparedBackend, compute: Compute): Prepared {
  const { version } = compute.runtime;
  const threads = compute.threads === 1 ? 'one thread' : `${compute.threads} threads`;
  return {
    name: 'compiled',
    reason: `compiled (onnxruntime-node ${version}, ${threads}); ${eager.name} for what cannot be compiled`,
    notes: eager.notes,
    versions: { ...eager.versions, 'onnxruntime-node': version },
    compute,
  };
}
