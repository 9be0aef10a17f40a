export { type Box, type Components, type Connectivity, components } from './components.ts';
export { type ScoreDefinition, type ScoreKey, scoreDefinitions } from './definitions.ts';
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
export { type ImageScore, type RegionScore, type ScoreInput, scoreImage } from './score.ts';
export { type Conventions, type Summary, type SummaryOptions, summarize } from './summary.ts';
