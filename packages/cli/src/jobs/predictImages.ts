import { relative } from 'node:path';
import { predict } from '@raremask/engine';
import { prepared } from '../backend/prepared.ts';
import type { Console } from '../console.ts';
import { EXIT } from '../failure.ts';
import { leftOutText } from '../leftOut.ts';
import { manifestOfRun } from '../manifestArguments.ts';
import { withProgress } from '../progress.ts';

export interface PredictionOptions {
  readonly out: string;
  readonly probabilities: boolean;
  readonly checkpoint?: 'best' | 'last';
  readonly set?: readonly string[];
  readonly backend?: string;
}

/** Predicts and says how many images have something in them. */
export async function predictImages(
  run: string,
  input: string,
  options: PredictionOptions,
  console: Console,
): Promise<number> {
  const loaded = await manifestOfRun(run, options);
  const { reason, compute } = await prepared(loaded);
  console.note('info', reason);
  const result = await withProgress(console, (onEvent) =>
    predict(loaded, run, {
      input,
      out: options.out,
      probabilities: options.probabilities,
      compute,
      onEvent,
      ...(options.checkpoint !== undefined && { checkpoint: options.checkpoint }),
    }),
  );
  if (result.remark !== undefined) console.note('warn', `trained on: ${result.remark}`);
  const found = result.images.filter(({ foreground }) => foreground > 0).length;
  if (console.json) console.result(result);
  console.text(
    `${result.images.length} images predicted, foreground in ${found}; see ${relative(process.cwd(), result.out) || '.'}`,
  );
  if (result.unreadable.length === 0) return EXIT.ok;
  console.note('warn', leftOutText(result.unreadable));
  return EXIT.data;
}
