import { type CompileOptions, type Graph, productsAt, type Runtime } from '@raremask/compiler';
import type { Precision } from '@raremask/core';

/** What compiled programs run on. */
export interface Compute {
  readonly runtime: Runtime;
  readonly threads: number;
  /** In what the model's products are computed; float32 where it is left out. The provider was opened for it. */
  readonly precision?: Precision;
  /** Pixels of all batches whose programs are kept, 2^20 if left out; memory grows with it. */
  readonly pixelsKept?: number;
  /** Beginning of the name of a file into which the runtime writes how long each operator takes. */
  readonly profile?: string | undefined;
}

/** What the tracer calls the model. */
export const MODEL = 'model';

/** What compiling has to know of the precision of these graphs. */
export function precisionOf(
  { precision }: Compute,
  ...graphs: readonly Graph[]
): Pick<CompileOptions, 'halves'> {
  if (precision !== 'float16') return {};
  return { halves: new Set(graphs.flatMap((graph) => [...productsAt(graph, MODEL)])) };
}
