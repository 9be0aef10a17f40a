import { join } from 'node:path';
import type { Facts } from '@raremask/core';
import type { LoadedManifest } from '@raremask/core/manifest';
import { type ImageScore, type Summary, summarize } from '@raremask/metrics';
import { UNCHANGED } from './augment/rule.ts';
import { checkpointState, readCheckpoint } from './checkpoint.ts';
import type { Compute } from './compute.ts';
import { decisionRule } from './decide.ts';
import { checkpointMismatch } from './errors.ts';
import type { OnEvent } from './events.ts';
import { openNetwork } from './openRunner.ts';
import { chooseCheckpoint, openRunFolder, writeJson } from './runFolder.ts';
import { type Judged, judge, scoreJudged } from './score.ts';
import { tileRule } from './tiles.ts';
import { openWork, type Splits, splitOf } from './work.ts';

export interface EvaluateOptions {
  readonly onEvent: OnEvent;
  /** What compiled programs run on; without it the tfjs backend in use computes. */
  readonly compute?: Compute | undefined;
  /** Default: validation. */
  readonly split?: keyof Splits;
  /** Default: best where there is one, else last. */
  readonly checkpoint?: 'best' | 'last';
  /** Sees every image with its score, for overlays. */
  readonly onImage?: (image: Judged, score: ImageScore, facts: Facts) => void;
}

/** evaluation.json */
export interface Evaluation {
  readonly split: string;
  readonly checkpoint: string;
  /** Epoch of the checkpoint, counted from 1. */
  readonly epoch: number;
  readonly remark?: string;
  readonly summary: {
    readonly foreground: Summary;
    readonly classes: readonly { readonly name: string; readonly summary: Summary }[];
  };
  readonly images: readonly EvaluatedImage[];
}

export interface EvaluatedImage {
  readonly id: string;
  /** Foreground pixels of the truth. */
  readonly foreground: number;
  /** Dice of any foreground; null on an empty image. */
  readonly dice: number | null;
  readonly hits: number;
  readonly misses: number;
  readonly alarms: number;
  readonly structures: number;
  readonly structuresFound: number;
  readonly falseStructures: number;
}

/**
 * Scores a split with a run's checkpoint on whole images and writes evaluation.json (validation) or
 * evaluation-SPLIT.json into the run folder.
 *
 * @param loaded the run's resolved manifest, loaded from the manifest's own folder
 */
export async function evaluate(
  loaded: LoadedManifest,
  runPath: string,
  options: EvaluateOptions,
): Promise<Evaluation> {
  const { folder } = await openRunFolder(runPath);
  const split = options.split ?? 'validation';
  const checkpoint = await readCheckpoint(chooseCheckpoint(folder, options.checkpoint));
  const work = await openWork(loaded, options.onEvent);
  try {
    const ids = splitOf(work, split);
    sameFacts(checkpoint.path, checkpoint.head.facts, work.facts);
    const model = await work.scope.make(loaded.plugins.model);
    const rule = decisionRule(loaded.manifest.evaluate, work.facts);
    const tiles = tileRule(loaded.manifest.evaluate.window, work.facts, model);
    const feed = await work.feed({
      normalization: checkpoint.head.normalization,
      multipleOf: model.multipleOf,
      augment: UNCHANGED,
    });
    const network = openNetwork(
      options.compute,
      { facts: work.facts, model },
      checkpointState(checkpoint, model),
      options.onEvent,
    );
    try {
      const scores: ImageScore[] = [];
      const judged = judge({ facts: work.facts, network, rule, tiles }, feed, ids);
      for await (const image of judged) {
        const score = scoreJudged(work.facts, image);
        scores.push(score);
        options.onImage?.(image, score, work.facts);
        const epoch = checkpoint.head.progress.epoch;
        options.onEvent({ type: 'validate', epoch, done: scores.length, total: ids.length });
      }
      const evaluation = evaluationOf(work.facts, split, checkpoint, scores);
      const name = split === 'validation' ? 'evaluation.json' : `evaluation-${split}.json`;
      await writeJson(join(folder.path, name), evaluation);
      return evaluation;
    } finally {
      await network.dispose();
      await feed.close();
    }
  } finally {
    await work.close();
  }
}

function evaluationOf(
  facts: Facts,
  split: string,
  checkpoint: { readonly path: string; readonly head: { progress: { epoch: number } } },
  scores: readonly ImageScore[],
): Evaluation {
  const { foreground, classes } = summarize(scores);
  const names = facts.classes.slice(facts.overlapping ? 0 : 1).map(({ name }) => name);
  return {
    split,
    checkpoint: checkpoint.path.endsWith('best.safetensors') ? 'best' : 'last',
    epoch: checkpoint.head.progress.epoch,
    ...(facts.remark !== undefined && { remark: facts.remark }),
    summary: {
      foreground,
      classes: classes.map((summary, index) => ({ name: names[index]!, summary })),
    },
    images: scores.map(({ id, foreground: region }) => {
      const truth = region.hits + region.misses;
      return {
        id,
        foreground: truth,
        dice: truth === 0 ? null : (2 * region.hits) / (truth + region.hits + region.alarms),
        hits: region.hits,
        misses: region.misses,
        alarms: region.alarms,
        structures: region.structures,
        structuresFound: region.structuresFound,
        falseStructures: region.falseStructures,
      };
    }),
  };
}

/** Throws where a checkpoint was trained for other classes or channels than the data set has. */
function sameFacts(path: string, trained: Facts, found: Facts): void {
  const say = (facts: Facts) =>
    `${facts.channels} channel(s), ${facts.overlapping ? 'overlapping' : 'exclusive'} classes ${facts.classes
      .map(({ name }) => name)
      .join(', ')}`;
  if (say(trained) !== say(found)) throw checkpointMismatch(path, say(trained), say(found));
}
