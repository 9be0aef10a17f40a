export { type Box, type Components, type Connectivity, components } from './components.ts';
export {
  type EpochScoreDefinition,
  type EpochScores,
  epochScoreDefinitions,
  epochScores,
  isBetter,
  type ScoreDefinition,
  type ScoreKey,
  scoreDefinitions,
  scoreOf,
} from './definitions.ts';
export type { MetricsError } from './errors.ts';
export {
  anyForeground,
  type ClassPlane,
  classMask,
  classPlane,
  foregroundMask,
  IGNORE,
  isForeground,
  isIgnored,
  judgedMask,
  type LabelShape,
  labelDepth,
} from './labels.ts';
export { dice } from './overlap.ts';
export { type ImageScore, type RegionScore, type ScoreInput, scoreImage } from './score.ts';
export { type SummaryOptions, summarize } from './summarize.ts';
export type { Conventions, Summary } from './summary.ts';
