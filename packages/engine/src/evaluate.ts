import { join } from 'node:path';
import type { Facts } from '@raremask/core';
import type { LoadedManifest } from '@raremask/core/manifest';
import { dice, type ImageScore, type Summary, summarize } from '@raremask/metrics';
import { UNCHANGED } from './augment/rule.ts';
import { checkpointMismatch } from './errors.ts';
import type { OnEvent } from './events.ts';
import { type DecisionRule, decisionRule, type FoundRule, isSearched } from './judging/decide.ts';
import { type DecidedCheckpoint, readDecision, writeDecision } from './judging/decisionFile.ts';
import { DecisionSearch, type FoundClass } from './judging/decisionSearch.ts';
import { type Judged, judge, scoreJudged } from './judging/judge.ts';
import { tileRule } from './judging/tiles.ts';
import { openWork, type Splits, splitOf, type Work } from './opening/openData.ts';
import { checkpointState, readCheckpoint } from './record/checkpoint.ts';
import { chooseCheckpoint, openRunFolder, type RunFolder, writeJson } from './record/runFolder.ts';
import type { Compute } from './runner/compute.ts';
import { openNetwork } from './runner/openRunner.ts';
import { smallStructure, structureSizes } from './survey/structureSizes.ts';

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
      const { mirror } = loaded.manifest.evaluate;
      const seen = { facts: work.facts, network, tiles, mirror };
      const found = isSearched(loaded.manifest.evaluate)
        ? ((await readDecision(folder, checkpoint, loaded.manifest.evaluate)) ??
          (await searched(
            work,
            folder,
            checkpoint,
            (rule, own) => judge({ ...seen, rule }, feed, own),
            options.onEvent,
          )))
        : undefined;
      const rule = decisionRule(loaded.manifest.evaluate, work.facts, found);
      const scores: ImageScore[] = [];
      const judged = judge({ ...seen, rule }, feed, ids);
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

/** Searches on the validation split, and keeps what was found in the run folder. */
async function searched(
  work: Work,
  folder: RunFolder,
  checkpoint: DecidedCheckpoint,
  judged: (rule: DecisionRule, ids: readonly string[]) => AsyncIterable<Judged>,
  onEvent: OnEvent,
): Promise<FoundRule | undefined> {
  const { facts, loaded, splits } = work;
  const { minimumSize, peak } = loaded.manifest.evaluate;
  if (splits.validation.length === 0) return undefined;
  const survey = await work.survey();
  const train = survey.train.map((id) => survey.image(id));
  const open = decisionRule(loaded.manifest.evaluate, facts);
  const search = new DecisionSearch(facts, open, {
    largest:
      minimumSize === 'auto'
        ? facts.classes.map((_, index) => smallStructure(structureSizes(train, index)))
        : 'fixed',
    peaks: peak === 'auto' ? 'search' : 'fixed',
  });
  const everything = {
    ...open,
    minimumSizes: facts.classes.map(() => 0),
    peaks: facts.classes.map(() => 0),
  };
  for await (const image of judged(everything, splits.validation)) search.add(image);
  const best = search.best();
  await writeDecision(folder, checkpoint, loaded.manifest.evaluate, best);
  onEvent({ type: 'note', level: 'info', text: searchedNote(best) });
  return best;
}

function searchedNote(best: Readonly<Record<string, FoundClass>>): string {
  const number = (value: number | null) => (value === null ? 'none' : value.toFixed(3));
  const classes = Object.entries(best).map(
    ([name, { minimumSize, peak, before, after }]) =>
      `${name} from ${Math.max(minimumSize, 1)} ${minimumSize > 1 ? 'pixels' : 'pixel'} and a peak of ${peak} (Dice ${number(before.dice)} to ${number(after.dice)}, alarms ${number(before.alarms)} to ${number(after.alarms)})`,
  );
  return `searched on the validation images which predicted structures count: ${classes.join('; ')}`;
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
        dice: dice(region),
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
