import type { Json } from '@raremask/core';
import { secondsOf } from '@raremask/core/manifest';
import type { Work } from '../opening/openWork.ts';
import type { Compute } from '../runner/compute.ts';
import type { CountedSurvey } from '../survey/survey.ts';
import { type Coarseness, withoutBudget } from './coarser.ts';
import { DECISION } from './decision.ts';
import { figuresAt, figuresOf, type TrainingFigures } from './figures.ts';
import { LOSS } from './loss.ts';
import { NETWORK } from './network.ts';
import { NORMALIZATION } from './normalization.ts';
import { commentedManifest, type RecommendedSetting } from './recommendedManifest.ts';
import { aroundNetwork, rehearser } from './rehearse.ts';
import { RESOLUTION } from './resolution.ts';
import { SAMPLING } from './sampling.ts';
import { type ShapeOptions, shapeOf } from './shape.ts';
import type { Start } from './start.ts';
import { TRAINING } from './training.ts';
import type { Within } from './within.ts';
import { withinBudget } from './withinBudget.ts';

/** How to train on a data set, derived from what was counted. */
export interface Recommendation {
  readonly settings: readonly RecommendedSetting[];
  /** The whole manifest as YAML, each setting with its reason in a comment. */
  readonly manifest: string;
}

/** In the order of a manifest. */
const SETTINGS = [
  ...NORMALIZATION,
  ...RESOLUTION,
  ...NETWORK,
  ...LOSS,
  ...SAMPLING,
  ...TRAINING,
  ...DECISION,
];

/**
 * @param chosen `within` or `coarser`: what a budget came to, or what was chosen without one, at the resolution of
 *   the figures; `start`: published weights to begin with
 */
export function recommendedSettings(
  figures: TrainingFigures,
  chosen: Pick<ShapeOptions, 'within' | 'coarser' | 'start'> = {},
): RecommendedSetting[] {
  const shape = shapeOf(figures, chosen);
  return SETTINGS.flatMap((setting) => setting(figures, shape) ?? []);
}

/**
 * Recommends a manifest for the data set of an opened one. A normalization and a resolution that this has stay.
 *
 * @param resolutions that may be chosen without a budget, the finest first
 */
export function recommend(
  work: Work,
  survey: CountedSurvey,
  resolutions: readonly Coarseness[],
  { within, start }: Pick<ShapeOptions, 'within' | 'start'> = {},
): Recommendation {
  const { manifest, plugins } = work.loaded;
  const { data } = manifest;
  const counted = figuresOf(survey, work.facts);
  const isOpen = within === undefined && data.resolution === undefined;
  const coarser = isOpen ? withoutBudget(counted, resolutions) : undefined;
  const figures = within?.figures ?? figuresAt(counted, coarser?.factor ?? 1);
  const settings = recommendedSettings(figures, { within, coarser, start }).filter(
    ({ path }) => path !== 'data.normalize' || data.normalize === 'set',
  );
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
          ...(data.resolution !== undefined && { resolution: data.resolution }),
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
