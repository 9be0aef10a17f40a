import { relative, resolve } from 'node:path';
import {
  type MemberRun,
  type Part,
  type PredictedImage,
  type PredictOptions,
  type PredictResult,
  predictTogether,
  type UnreadableImage,
} from '@raremask/engine';
import { prepared } from '../backend/prepared.ts';
import type { Console } from '../console.ts';
import { EXIT } from '../failure.ts';
import { onInterruption } from '../interruption.ts';
import { leftOutText } from '../leftOut.ts';
import { manifestOfRun } from '../manifestArguments.ts';
import { withProgress } from '../progress.ts';
import { runsOf } from '../sweep/networks.ts';

export interface PredictionOptions {
  readonly out: string;
  readonly probabilities: boolean;
  readonly part?: Part;
  readonly checkpoint?: 'best' | 'last';
  readonly set?: readonly string[];
  readonly backend?: string;
  readonly precision?: string;
  /** Of a sweep: what the trials have that predict, as for `--set`. */
  readonly settings?: readonly string[];
  /** Runs, or sweeps, whose networks predict as well. */
  readonly with?: readonly string[];
}

/** Predicts, with a run or the networks of a sweep, and says how many images have something in them; a signal ends it after a block. */
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

/** What is predicted, and the runs whose networks did. */
type Predicted = PredictResult & { readonly networks: readonly string[] };

/** What a call finds done, or does. */
export async function predicted(
  run: string,
  input: string,
  options: PredictionOptions,
  how: Pick<PredictOptions, 'signal' | 'onlyLook'>,
  console: Console,
): Promise<Predicted> {
  const paths = await networksOf([run, ...(options.with ?? [])], options, console);
  const runs: MemberRun[] = [];
  for (const path of paths) runs.push({ loaded: await manifestOfRun(path, options), path });
  const { reason, compute } = await prepared(runs[0]!.loaded);
  console.note('info', reason);
  const result = await withProgress(console, (onEvent) =>
    predictTogether(runs, {
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
  return { ...result, networks: paths.map((path) => resolve(path)) };
}

/** Says what is predicted, and gives the exit status. */
export async function tell(result: Predicted, console: Console): Promise<number> {
  if (result.remark !== undefined) console.note('warn', `trained on: ${result.remark}`);
  const { images, unreadable } = await listed(result, console.json);
  const { out, predicted, before, withForeground, remark, blocksLeft, left } = result;
  if (console.json) {
    const about = { ...(remark !== undefined && { remark }), before, blocksLeft };
    const { networks } = result;
    console.result({ out, ...about, networks, images, unreadable });
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

/** The runs whose networks predict, each of them once. */
async function networksOf(
  named: readonly string[],
  { settings }: PredictionOptions,
  console: Console,
): Promise<readonly string[]> {
  const paths = new Map<string, string>();
  for (const one of named) {
    for (const path of await runsOf(one, settings, (level, text) => console.note(level, text))) {
      paths.set(resolve(path), path);
    }
  }
  if (named.length > 1) console.note('info', `${paths.size} networks predict in all`);
  return [...paths.values()];
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
