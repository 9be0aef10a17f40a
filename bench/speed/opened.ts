import { type BackendRequest, prepareBackend } from '@raremask/backends';
import { loadRuntime, openGpu } from '@raremask/compiler';
import type { Precision } from '@raremask/core';
import type { Compute } from '@raremask/engine';

/** What is to compute, as the benchmarks name it. */
export interface Computing {
  /** compiled, webgpu, cuda, or one of tfjs's. */
  readonly backend: string;
  readonly precision: Precision;
  readonly threads: number;
  /** Beginning of the name of a file into which onnxruntime writes the time of each operator. */
  readonly profile?: string;
}

/** What computes: nothing stands in for what does not. */
export interface Opened {
  /** Undefined for tfjs's backends, which compute kernel by kernel. */
  readonly compute: Compute | undefined;
  /** What it is called. */
  readonly device: string;
}

/** @throws Error that says why it does not compute */
export async function opened({ backend, precision, threads, profile }: Computing): Promise<Opened> {
  if (backend !== 'compiled' && backend !== 'webgpu' && backend !== 'cuda') {
    const { reason } = await prepareBackend(
      backend as BackendRequest,
      process.cwd(),
      precision === 'tf32',
    );
    return { compute: undefined, device: reason };
  }
  await prepareBackend('wasm');
  const outcome = await loadRuntime();
  if (outcome.state !== 'ok') throw new Error(outcome.detail);
  const how = { threads, precision, ...(profile !== undefined && { profile }) };
  if (backend === 'compiled') {
    return { compute: { runtime: outcome.runtime, ...how }, device: 'the processor' };
  }
  const gpu = openGpu(outcome.runtime, backend, { precision });
  if (gpu.state !== 'ok') throw new Error(gpu.detail);
  const { name, driver } = gpu.adapter;
  return {
    compute: { runtime: gpu.runtime, ...how },
    device: [name, driver].filter(Boolean).join(', '),
  };
}
