import { relative } from 'node:path';
import { loadRuntime } from '@raremask/compiler';
import { exportOnnx } from '@raremask/engine';
import { prepared } from '../backend/prepared.ts';
import type { Console } from '../console.ts';
import { wrongSize } from '../errors.ts';
import { EXIT } from '../failure.ts';
import { manifestOfRun } from '../manifestArguments.ts';

export interface ExportingOptions {
  readonly out: string;
  readonly checkpoint?: 'best' | 'last';
  readonly size?: string;
}

/** Writes a run's network as an ONNX file, and says how far it is from the model. */
export async function exportRun(
  run: string,
  options: ExportingOptions & { readonly version: string },
  console: Console,
): Promise<number> {
  // A file has float32, whatever its weights were trained in.
  const loaded = await manifestOfRun(run, { precision: 'float32' });
  await prepared(loaded);
  const outcome = await loadRuntime();
  const size = options.size === undefined ? undefined : sizeOf(options.size);
  const result = await exportOnnx(loaded, run, {
    out: options.out,
    version: options.version,
    onEvent: (event) => {
      if (event.type === 'note') console.note(event.level, event.text);
    },
    runtime: outcome.state === 'ok' ? outcome.runtime : undefined,
    ...(options.checkpoint && { checkpoint: options.checkpoint }),
    ...(size && { size }),
  });
  if (console.json) console.result(result);
  const shape = (extents: readonly (number | string)[]) => `[${extents.join(', ')}]`;
  const megabytes = (result.bytes / 1e6).toFixed(1);
  console.text(
    `images ${shape(result.images)} -> logits ${shape(result.logits)}, ${megabytes} MB: ${relative(process.cwd(), result.out) || '.'}`,
  );
  console.text(
    result.difference === null
      ? 'not checked: onnxruntime-node does not load here'
      : `run by onnxruntime with ${batchesText(result.batches)}: at most ${result.difference.toExponential(1)} of the largest logit from the model`,
  );
  return EXIT.ok;
}

function batchesText(batches: readonly number[]): string {
  const [last, ...others] = batches.toReversed();
  return others.length === 0
    ? `a batch of ${last}`
    : `batches of ${others.toReversed().join(', ')} and ${last}`;
}

/** Extents with an x between them. */
export function sizeOf(text: string): number[] {
  const extents = text.split('x').map(Number);
  const right =
    extents.length <= 3 && extents.every((extent) => Number.isInteger(extent) && extent > 0);
  if (!right || extents.length < 2) throw wrongSize(text);
  return extents;
}
