import type { Runtime } from '@raremask/compiler';

/** What compiled programs run on. */
export interface Compute {
  readonly runtime: Runtime;
  readonly threads: number;
  /** Pixels of all batches whose programs are kept, 2^20 if left out; memory grows with it. */
  readonly pixelsKept?: number;
  /** Beginning of the name of a file into which the runtime writes how long each operator takes. */
  readonly profile?: string | undefined;
}
