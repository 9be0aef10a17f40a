import type { Json } from '@raremask/core';
import type { Work } from '../opening/openWork.ts';
import type { CountedSurvey } from '../survey/survey.ts';
import { DECISION } from './decision.ts';
import { figuresOf, type TrainingFigures } from './figures.ts';
import { LOSS } from './loss.ts';
import { NETWORK } from './network.ts';
import { commentedManifest, type RecommendedSetting } from './recommendedManifest.ts';
import { SAMPLING } from './sampling.ts';
import { shapeOf } from './shape.ts';
import { TRAINING } from './training.ts';

/** How to train on a data set, derived from what was counted. */
export interface Recommendation {
  readonly settings: readonly RecommendedSetting[];
  /** The whole manifest as YAML, each setting with its reason in a comment. */
  readonly manifest: string;
}

/** In the order of a manifest. */
const SETTINGS = [...NETWORK, ...LOSS, ...SAMPLING, ...TRAINING, ...DECISION];

export function recommendedSettings(figures: TrainingFigures): RecommendedSetting[] {
  const shape = shapeOf(figures);
  return SETTINGS.flatMap((setting) => setting(figures, shape) ?? []);
}

/** Recommends a manifest for the data set of an opened one. */
export function recommend(work: Work, survey: CountedSurvey): Recommendation {
  const settings = recommendedSettings(figuresOf(survey, work.facts));
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
