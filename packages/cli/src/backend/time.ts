import type { BackendRequest } from '@raremask/backends';
import type { Forms } from '@raremask/compiler';
import { inProcess } from './inProcess.ts';

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
  const ended = await inProcess<Timed>(
    new URL('./timeProcess.js', import.meta.url),
    request,
    patience,
  );
  return ended.state === 'ok' ? { state: 'ok', ...ended.value } : ended;
}
