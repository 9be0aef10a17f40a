import type { Json } from '@raremask/core';
import { secondsOf } from '@raremask/core/manifest';
import type { Work } from '../opening/openWork.ts';
import type { Compute } from '../runner/compute.ts';
import type { CountedSurvey } from '../survey/survey.ts';
import { DECISION } from './decision.ts';
import { figuresOf, type TrainingFigures } from './figures.ts';
import { LOSS } from './loss.ts';
import { NETWORK } from './network.ts';
import { commentedManifest, type RecommendedSetting } from './recommendedManifest.ts';
import { aroundNetwork, rehearser } from './rehearse.ts';
import { RESOLUTION } from './resolution.ts';
import { SAMPLING } from './sampling.ts';
import { shapeOf } from './shape.ts';
import type { Start } from './start.ts';
import { TRAINING } from './training.ts';
import type { Within } from './within.ts';
import { type Coarseness, withinBudget } from './withinBudget.ts';

/** How to train on a data set, derived from what was counted. */
export interface Recommendation {
  readonly settings: readonly RecommendedSetting[];
  /** The whole manifest as YAML, each setting with its reason in a comment. */
  readonly manifest: string;
}

/** In the order of a manifest. */
const SETTINGS = [...RESOLUTION, ...NETWORK, ...LOSS, ...SAMPLING, ...TRAINING, ...DECISION];

/**
 * @param within what a budget came to, at the resolution of the figures
 * @param start published weights to begin with
 */
export function recommendedSettings(
  figures: TrainingFigures,
  within?: Within,
  start?: Start,
): RecommendedSetting[] {
  const shape = shapeOf(figures, { within, start });
  return SETTINGS.flatMap((setting) => setting(figures, shape) ?? []);
}

/** Recommends a manifest for the data set of an opened one. */
export function recommend(
  work: Work,
  survey: CountedSurvey,
  within?: Within,
  start?: Start,
): Recommendation {
  const figures = within?.figures ?? figuresOf(survey, work.facts);
  const settings = recommendedSettings(figures, within, start);
  const { manifest, plugins } = work.loaded;
  const { data } = manifest;
  const options = plugins.dataset.rawOptions as Readonly<Record<string, Json>>;
  const lists = typeof data.split.validation !== 'number';
  const { train, validation, test, by, stratify } = data.split;
  const split: Record<string, Json> = {
    ...(train !== undefined && { train }),
    validation,
    ...(test !== undefined && { test }),
    ...(by !== 'group' && { by }),
    ...(!lists && !stratify && { stratify }),
  };
  return {
    settings,
    manifest: commentedManifest(
      {
        name: manifest.name,
        seed: manifest.seed,
        data: {
          use: data.use,
          ...(Object.keys(options).length > 0 && { with: options }),
          split,
          ...(data.normalize !== 'set' && { normalize: data.normalize }),
        },
      },
      settings,
    ),
  };
}

/** A time to train in, and what may be chosen for it. */
interface Budget {
  /** As a manifest writes it, for example 10m. */
  readonly time: string;
  readonly compute: Compute | undefined;
  /** The finest first. */
  readonly resolutions: readonly Coarseness[];
  readonly start?: Start | undefined;
}

/** Measures what networks cost on this machine, and chooses what a time is enough for. */
export async function planWithin(
  work: Work,
  survey: CountedSurvey,
  { time, compute, resolutions, start }: Budget,
): Promise<Within> {
  return await withinBudget({
    budget: time,
    seconds: secondsOf(time)!,
    figures: figuresOf(survey, work.facts),
    resolutions,
    start,
    validationImages: work.splits.validation.length,
    around: await aroundNetwork(work),
    rehearse: await rehearser(work, compute),
  });
}
