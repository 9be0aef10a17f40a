import type { Facts, OnEvent } from '@raremask/core';
import type { LoadedManifest } from '@raremask/core/manifest';
import type { ImageScore } from '@raremask/metrics';
import { type Evaluation, writeEvaluation } from '@raremask/record';
import { UNCHANGED } from './augment/rule.ts';
import { checkpointMismatch } from './errors.ts';
import { writeDecision } from './judging/decisionFile.ts';
import { type DecisionRule, decisionRule, isSearched } from './judging/decisionRule.ts';
import { evaluationOf } from './judging/evaluation.ts';
import { type Judge, type Judged, judge, scoreJudged } from './judging/judge.ts';
import { searchDecision, searchedNote } from './judging/searchDecision.ts';
import { tileRule } from './judging/tiles.ts';
import type { OpenedData } from './opening/openData.ts';
import { openTrained, readTrained, type Trained } from './opening/openTrained.ts';
import { openWork, splitOf, type Work } from './opening/openWork.ts';
import type { Splits } from './opening/split.ts';
import type { Feed } from './reading/feed.ts';
import type { Compute } from './runner/compute.ts';
import { ownStructureSizes, smallStructure } from './survey/structureSizes.ts';

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

/**
 * Scores a split with a run's checkpoint on whole images and writes evaluation.json (validation) or
 * evaluation-SPLIT.json into the run folder.
 *
 * @param source the data as they are opened, or the run's resolved manifest, loaded from the
 *   manifest's own folder
 */
export async function evaluate(
  source: LoadedManifest | OpenedData,
  runPath: string,
  options: EvaluateOptions,
): Promise<Evaluation> {
  const run = await readTrained(runPath, options.checkpoint);
  const work = await openWork(source, options);
  try {
    splitOf(work, options.split ?? 'validation');
    sameFacts(run.checkpoint.path, run.checkpoint.head.facts, work.facts);
    const trained = await openTrained(work.loaded, run, work.scope);
    const { window, mirror } = work.loaded.manifest.evaluate;
    const tiles = tileRule(window, work.facts, trained.model);
    const feed = await work.feed({
      normalization: run.checkpoint.head.normalization,
      multipleOf: trained.model.multipleOf,
      augment: UNCHANGED,
    });
    const network = trained.network(options.compute, options.onEvent);
    try {
      const seen = { facts: work.facts, network, tiles, mirror };
      const rule = await ruleFor(work, trained, seen, feed, options.onEvent);
      return await scored(work, trained, { ...seen, rule }, feed, options);
    } finally {
      await network.dispose();
      await feed.close();
    }
  } finally {
    await work.close();
  }
}

/** The run's rule; what it leaves open is searched on the validation split, and kept in the run folder. */
async function ruleFor(
  work: Work,
  { folder, checkpoint, found, rule }: Trained,
  seen: Omit<Judge, 'rule'>,
  feed: Feed,
  onEvent: OnEvent,
): Promise<DecisionRule> {
  const { facts, splits, loaded } = work;
  const settings = loaded.manifest.evaluate;
  if (!isSearched(settings) || found !== undefined || splits.validation.length === 0) return rule;
  const best = await searchDecision({
    facts,
    settings,
    smallStructures: async () => {
      const survey = await work.survey();
      const train = survey.train.map((id) => survey.image(id));
      return facts.classes.map((_, index) => smallStructure(ownStructureSizes(train, index)));
    },
    judged: (open) => judge({ ...seen, rule: open }, feed, splits.validation),
  });
  await writeDecision(folder, checkpoint, settings, best);
  onEvent({ type: 'note', level: 'info', text: searchedNote(best) });
  return decisionRule(settings, facts, best);
}

async function scored(
  { facts, splits }: Work,
  { folder, checkpoint }: Trained,
  judging: Judge,
  feed: Feed,
  { split = 'validation', onImage, onEvent }: EvaluateOptions,
): Promise<Evaluation> {
  const { epoch } = checkpoint.head.progress;
  const ids = splits[split];
  const scores: ImageScore[] = [];
  for await (const image of judge(judging, feed, ids)) {
    const score = scoreJudged(facts, image);
    scores.push(score);
    onImage?.(image, score, facts);
    onEvent({ type: 'validate', epoch, done: scores.length, total: ids.length });
  }
  const evaluation = evaluationOf(facts, split, checkpoint, scores);
  await writeEvaluation(folder.path, evaluation);
  return evaluation;
}

/** Throws where a checkpoint was trained for other classes or channels than the data set has. */
function sameFacts(path: string, trained: Facts, found: Facts): void {
  const say = (facts: Facts) =>
    `${facts.channels} channel(s), ${facts.overlapping ? 'overlapping' : 'exclusive'} classes ${facts.classes
      .map(({ name }) => name)
      .join(', ')}`;
  if (say(trained) !== say(found)) throw checkpointMismatch(path, say(trained), say(found));
}
