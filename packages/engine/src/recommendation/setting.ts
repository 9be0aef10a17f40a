import type { Json } from '@raremask/core';
import type { TrainingFigures } from './figures.ts';
import type { RecommendedSetting } from './recommendedManifest.ts';
import type { TrainingShape } from './shape.ts';

/** Says what one setting should be and why; undefined where the manifest is better without it. */
export type Setting = (
  figures: TrainingFigures,
  shape: TrainingShape,
) => RecommendedSetting | undefined;

export function setting(path: string, value: Json, reason: string): RecommendedSetting {
  return { path, value, reason };
}
