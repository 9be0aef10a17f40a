import type { Loss, Model, Optimizer, PluginKind, Sample, Sampler, Schedule } from '@raremask/core';
import type { LoadedPlugin } from '@raremask/core/manifest';
import { type MadeAugmentation, makeAugmentations } from '../augment/makeAugmentations.ts';
import { windowDoesNotFit } from '../errors.ts';
import { guardedSampler } from '../guard/guardedSampler.ts';
import { type Normalization, normalizationOf } from '../intensities/normalize.ts';
import { addedScores } from '../judging/addedScores.ts';
import { type DecisionRule, decisionRule, isGateSearched } from '../judging/decisionRule.ts';
import type { NamedScore } from '../judging/namedScore.ts';
import { tileRule } from '../judging/tileRule.ts';
import type { TileRule } from '../judging/tiles.ts';
import { splitOf, type Work } from '../opening/openWork.ts';
import { checkModel } from '../step/checkModel.ts';
import { guardedLoss } from '../step/guardedLoss.ts';
import { guardedModel } from '../step/guardedModel.ts';
import { guardedOptimizer } from '../step/guardedOptimizer.ts';
import { guardedSchedule } from '../step/guardedSchedule.ts';
import { frozenWeights } from './frozen.ts';
import { learningRateFactors } from './learningRates.ts';

/** What the manifest's plugins have made. */
export interface Parts {
  readonly model: Model;
  /** What messages call the model. */
  readonly modelPlace: string;
  /** What messages call the data set. */
  readonly dataPlace: string;
  readonly sampler: Sampler;
  readonly augmentations: readonly MadeAugmentation[];
  /** Mistakes of each carry its place in the manifest. */
  readonly losses: readonly Loss[];
  /** Names of the loss terms in curves, unique. */
  readonly terms: readonly string[];
  /** What messages call each loss term. */
  readonly places: readonly string[];
  readonly optimizer: Optimizer;
  /** What messages call the optimizer. */
  readonly optimizerPlace: string;
  /** Factors of the learning rate, one a weight. */
  readonly factors: readonly number[];
  /** Whether each weight stays as it is. */
  readonly frozen: readonly boolean[];
  readonly schedule: Schedule;
  readonly normalization: Normalization;
  readonly tiles: TileRule;
  readonly rule: DecisionRule;
  /** Those that the manifest adds. */
  readonly scores: readonly NamedScore[];
}

/** @param fitted the normalization of a run that goes on */
export async function makeParts(work: Work, fitted: Normalization | undefined): Promise<Parts> {
  const { plugins, manifest } = work.loaded;
  splitOf(work, 'train');
  const normalization =
    fitted ??
    (await normalizationOf(manifest.data.normalize, await work.survey(), work.facts, () =>
      trainingSamples(work),
    ));
  const losses: Loss[] = [];
  for (const loss of plugins.losses) losses.push(await work.scope.make(loss));
  const sampler = guardedSampler(await work.scope.make(plugins.sampler), {
    place: placeOf(plugins.sampler),
    url: plugins.sampler.url,
    ids: work.splits.train,
    batch: manifest.train.batch,
  });
  const made = await work.scope.make(plugins.model);
  checkModel(made, placeOf(plugins.model), work.facts);
  const model = guardedModel(made, {
    place: placeOf(plugins.model),
    url: plugins.model.url,
    facts: work.facts,
  });
  // Throws where a gate is asked for that the model has not.
  isGateSearched(manifest.evaluate, model);
  const { window } = sampler;
  if (window?.some((extent, axis) => extent % (model.multipleOf[axis] ?? 1) !== 0)) {
    throw windowDoesNotFit(window, model.multipleOf);
  }
  const terms = uniqueNames(
    plugins.losses.map((loss, index) => manifest.loss[index]?.name ?? loss.plugin.name),
  );
  const places = terms.map((term, index) => `loss[${index}] (${term})`);
  return {
    model,
    modelPlace: placeOf(plugins.model),
    dataPlace: placeOf(plugins.dataset),
    tiles: tileRule(manifest.evaluate.window, work.facts, model),
    rule: decisionRule(manifest.evaluate, work.facts),
    scores: await addedScores(work.loaded, work.scope, work.facts),
    sampler,
    augmentations: await makeAugmentations(
      plugins.augmentations,
      work.facts,
      (one) => work.scope.make(one),
      plugins.services,
    ),
    losses: losses.map((loss, index) =>
      guardedLoss(loss, places[index]!, plugins.losses[index]!.url),
    ),
    terms,
    places,
    optimizerPlace: placeOf(plugins.optimizer),
    optimizer: guardedOptimizer(
      await work.scope.make(plugins.optimizer),
      placeOf(plugins.optimizer),
      plugins.optimizer.url,
    ),
    factors: learningRateFactors(manifest.train.optimizer, model.weights),
    frozen: frozenWeights(manifest.model.freeze, model.weights),
    schedule: guardedSchedule(
      await work.scope.make(plugins.schedule),
      placeOf(plugins.schedule),
      plugins.schedule.url,
    ),
    normalization,
  };
}

/** What messages call the plugin of a place. */
function placeOf({ place, plugin }: Pick<LoadedPlugin<PluginKind>, 'place' | 'plugin'>) {
  return `${place} (${plugin.name})`;
}

/** Whether the images of the training split have more than one size. */
export async function sizesDiffer(work: Work): Promise<boolean> {
  const survey = await work.survey();
  return new Set(work.splits.train.map((id) => survey.image(id).size.join())).size > 1;
}

/** Ids that structures may be copied from; spread evenly where there are more than enough. */
export async function donorsOf(
  { survey: count, splits }: Work,
  { augmentations }: Parts,
): Promise<string[]> {
  if (!augmentations.some(({ product }) => product.donors)) return [];
  const survey = await count();
  const able = splits.train.filter((id) => survey.hasForeground(id));
  const most = 4096;
  if (able.length <= most) return able;
  return Array.from({ length: most }, (_, at) => able[Math.floor((at * able.length) / most)]!);
}

/** Every image of the training split once, whole and raw. */
async function* trainingSamples(work: Work): AsyncGenerator<Sample> {
  const feed = await work.feed({
    normalization: { kind: 'none' },
    multipleOf: work.facts.space === 2 ? [1, 1] : [1, 1, 1],
  });
  try {
    for await (const { sample } of feed.whole(work.splits.train)) yield sample;
  } finally {
    await feed.close();
  }
}

function uniqueNames(names: readonly string[]): string[] {
  return names.map((name, index) => {
    const before = names.slice(0, index).filter((other) => other === name).length;
    return before === 0 ? name : `${name}_${before + 1}`;
  });
}
