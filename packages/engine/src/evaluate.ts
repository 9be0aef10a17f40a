import type { Facts, OnEvent, RaremaskError } from '@raremask/core';
import type { LoadedManifest } from '@raremask/core/manifest';
import type { ImageScore } from '@raremask/metrics';
import { type Evaluation, writeEvaluation } from '@raremask/record';
import { addedScores } from './judging/addedScores.ts';
import { decisionKey, writeDecision } from './judging/decisionFile.ts';
import { type DecisionRule, decisionRule, isSearched } from './judging/decisionRule.ts';
import { evaluationOf } from './judging/evaluation.ts';
import { type Judge, type Judged, judge, scoreJudged } from './judging/judge.ts';
import { KeptLogits } from './judging/keptLogits.ts';
import type { NamedScore } from './judging/namedScore.ts';
import { type SaidOfImage, saidOfImage } from './judging/saidOfImage.ts';
import { searchDecision, searchedNote } from './judging/searchDecision.ts';
import { tileRule } from './judging/tileRule.ts';
import { checkFacts } from './opening/checkFacts.ts';
import { nothingReadable } from './opening/errors.ts';
import { leftOutNote } from './opening/leftOut.ts';
import type { OpenedData } from './opening/openData.ts';
import { openTrained, readTrained, type Trained } from './opening/openTrained.ts';
import { openWork, splitOf, type Work } from './opening/openWork.ts';
import { readableFeed } from './opening/readable.ts';
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
  /** Default: `evaluate.checkpoint`, or the other where there is none. */
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
  const loaded = 'loaded' in source ? source.loaded : source;
  const run = await readTrained(loaded, runPath, options.checkpoint, options.onEvent);
  const { onEvent } = options;
  const work = await openWork(source, { onEvent, unreadable: 'list', run: runPath });
  try {
    const ids = splitOf(work, options.split ?? 'validation');
    checkFacts(run.checkpoint, work.facts);
    const scores = await addedScores(work.loaded, work.scope, work.facts);
    const trained = await openTrained(work.loaded, run, work.scope);
    const { window, mirror } = work.loaded.manifest.evaluate;
    const tiles = tileRule(window, work.facts, trained.model);
    const feed = await work.feed({
      normalization: run.checkpoint.head.normalization,
      multipleOf: trained.model.multipleOf,
    });
    const network = trained.network(options.compute, options.onEvent);
    try {
      const seen = { facts: work.facts, network, tiles, mirror };
      // Where the images that are scored are those of the search, they are looked at once.
      const memory = ids === work.splits.validation ? new KeptLogits() : undefined;
      const searching = { ...seen, looking: memory?.keeping };
      const rule = await ruleFor(work, trained, searching, feed, options.onEvent);
      const judging = { ...seen, rule, looking: memory?.recalling };
      return await scored(work, trained, judging, feed, { ids, added: scores }, options);
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
  { folder, checkpoint, model, found, rule }: Trained,
  seen: Omit<Judge, 'rule'>,
  feed: Feed,
  onEvent: OnEvent,
): Promise<DecisionRule> {
  const { facts, splits, loaded, dataset } = work;
  const settings = loaded.manifest.evaluate;
  if (!isSearched(settings, model) || found !== undefined || splits.validation.length === 0)
    return rule;
  const best = await searchDecision({
    facts,
    settings,
    model,
    smallStructures: async () => {
      const survey = await work.survey();
      const train = survey.images(survey.train);
      return facts.classes.map((_, index) => smallStructure(ownStructureSizes(train, index)));
    },
    groupOf: (id) => dataset.group?.(id) ?? id,
    judged: (open) => {
      const { whole } = readableFeed(feed, work.workers, () => undefined);
      return judge({ ...seen, rule: open }, { whole }, splits.validation);
    },
  });
  await writeDecision(folder, checkpoint, settings, best);
  onEvent({ type: 'note', level: 'info', text: searchedNote(best) });
  return decisionRule(settings, facts, best);
}

async function scored(
  { facts, workers, dataset, loaded }: Work,
  { folder, checkpoint }: Trained,
  judging: Judge,
  feed: Feed,
  { ids, added }: { readonly ids: readonly string[]; readonly added: readonly NamedScore[] },
  { split = 'validation', onImage, onEvent }: EvaluateOptions,
): Promise<Evaluation> {
  const { epoch } = checkpoint.head.progress;
  const scores: ImageScore[] = [];
  const said: SaidOfImage[] = [];
  const broken = new Map<string, RaremaskError>();
  const readable = readableFeed(feed, workers, (id, reason) => broken.set(id, reason));
  for await (const image of judge(judging, readable, ids)) {
    const score = scoreJudged(facts, image, added);
    scores.push(score);
    said.push(saidOfImage(facts, image));
    onImage?.(image, score, facts);
    onEvent({ type: 'validate', epoch, done: scores.length, total: ids.length });
  }
  if (scores.length === 0) throw nothingReadable(broken);
  if (broken.size > 0) onEvent({ type: 'note', level: 'warn', text: leftOutNote(broken) });
  const decision = await decisionKey(folder, checkpoint, loaded.manifest.evaluate);
  const evaluation: Evaluation = {
    ...evaluationOf(
      facts,
      split,
      checkpoint,
      scores,
      said,
      added,
      (id) => dataset.group?.(id) ?? id,
    ),
    ...(decision !== undefined && { decision }),
    ...(broken.size > 0 && {
      unreadable: [...broken].map(([id, { code, message }]) => ({ id, code, message })),
    }),
  };
  await writeEvaluation(folder.path, evaluation);
  return evaluation;
}
