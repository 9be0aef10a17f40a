import { relative } from 'node:path';
import {
  type Part,
  type PredictedImage,
  type PredictOptions,
  type PredictResult,
  predict,
  type UnreadableImage,
} from '@raremask/engine';
import { prepared } from '../backend/prepared.ts';
import type { Console } from '../console.ts';
import { EXIT } from '../failure.ts';
import { onInterruption } from '../interruption.ts';
import { leftOutText } from '../leftOut.ts';
import { manifestOfRun } from '../manifestArguments.ts';
import { withProgress } from '../progress.ts';

export interface PredictionOptions {
  readonly out: string;
  readonly probabilities: boolean;
  readonly part?: Part;
  readonly checkpoint?: 'best' | 'last';
  readonly set?: readonly string[];
  readonly backend?: string;
}

/** Predicts and says how many images have something in them; a signal ends it after a block. */
export async function predictImages(
  run: string,
  input: string,
  options: PredictionOptions,
  console: Console,
): Promise<number> {
  const say = (text: string) => console.note('info', text);
  const { signal, release } = onInterruption(say, 'Stopping after this block of images');
  try {
    return await tell(await predicted(run, input, options, { signal }, console), console);
  } finally {
    release();
  }
}

/** What a call finds done, or does. */
export async function predicted(
  run: string,
  input: string,
  options: PredictionOptions,
  how: Pick<PredictOptions, 'signal' | 'onlyLook'>,
  console: Console,
): Promise<PredictResult> {
  const loaded = await manifestOfRun(run, options);
  const { reason, compute } = await prepared(loaded);
  console.note('info', reason);
  return await withProgress(console, (onEvent) =>
    predict(loaded, run, {
      ...how,
      input,
      out: options.out,
      probabilities: options.probabilities,
      compute,
      onEvent,
      ...(options.part !== undefined && { part: options.part }),
      ...(options.checkpoint !== undefined && { checkpoint: options.checkpoint }),
    }),
  );
}

/** Says what is predicted, and gives the exit status. */
export async function tell(result: PredictResult, console: Console): Promise<number> {
  if (result.remark !== undefined) console.note('warn', `trained on: ${result.remark}`);
  const { images, unreadable } = await listed(result, console.json);
  const { out, predicted, before, withForeground, remark, blocksLeft, left } = result;
  if (console.json) {
    const about = { ...(remark !== undefined && { remark }), before, blocksLeft };
    console.result({ out, ...about, images, unreadable });
  }
  console.text(
    `${predicted} images predicted${before > 0 ? ` (${before} of them by an earlier call)` : ''}, foreground in ${withForeground}; see ${relative(process.cwd(), out) || '.'}`,
  );
  if (left.length > 0) {
    console.note('info', `${left.length} blocks of images are left. Go on with the same command.`);
  } else if (blocksLeft > 0) {
    console.note(
      'info',
      `${blocksLeft} blocks of images are left to other parts; the last of them writes predictions.csv`,
    );
  }
  if (unreadable.length > 0) console.note('warn', leftOutText(unreadable));
  if (left.length > 0) return EXIT.resumable;
  return unreadable.length === 0 ? EXIT.ok : EXIT.data;
}

/** What a call has recorded; the images only where they are wanted, since there may be very many. */
async function listed(result: PredictResult, withImages: boolean) {
  const images: PredictedImage[] = [];
  const unreadable: UnreadableImage[] = [];
  if (!withImages && result.unreadable === 0) return { images, unreadable };
  for await (const record of result.records()) {
    if (withImages) images.push(...record.images);
    unreadable.push(...record.unreadable);
  }
  return { images, unreadable };
}
