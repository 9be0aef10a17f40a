import type { NativeName } from '@raremask/backends';
import { type Ended, inProcess } from './inProcess.ts';

/** What is to be proved. */
export interface ProofRequest {
  readonly backend: NativeName;
  /** Where its package is looked for. */
  readonly folder: string;
}

/** A training step of a backend, held against plain JavaScript's. */
export interface Proof {
  readonly device: string;
  /** Largest difference of a gradient, relative to the largest number of the same gradient. */
  readonly difference: number;
}

/** Float32 sums of some hundred products in another order. */
const TOLERANCE = 1e-4;

/** Seconds: the first start of a library of a gigabyte is slow from a disk that is. */
const PATIENCE = 300;

/** Trains a U-Net by one step on a native backend and on cpu, in another process. */
export async function prove(request: ProofRequest): Promise<Ended<Proof>> {
  const ended = await inProcess<Proof>(
    new URL('./proofProcess.js', import.meta.url),
    request,
    PATIENCE,
  );
  if (ended.state === 'failed' || ended.value.difference <= TOLERANCE) return ended;
  const far = ended.value.difference.toExponential(1);
  const detail = `a gradient is ${far} of its size from plain JavaScript's, more than ${TOLERANCE}`;
  return { state: 'failed', detail };
}
