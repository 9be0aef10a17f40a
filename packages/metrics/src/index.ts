export {
  type Box,
  type Components,
  type Connectivity,
  components,
  eachPixelOf,
} from './components.ts';
export type { MetricsError } from './errors.ts';
export type { Interval } from './intervals.ts';
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
export { type PairedDifference, type PairedImage, pairedDifferences } from './paired.ts';
export {
  type CalibratedImage,
  type Calibration,
  type CalibrationBin,
  calibration,
  countCalibration,
} from './probability/calibration.ts';
export {
  countDetections,
  type DetectedImage,
  type Froc,
  type FrocPoint,
  froc,
} from './probability/froc.ts';
export { type ImageLevel, imageLevel, type OperatingPoint } from './probability/imageLevel.ts';
export { type ImageScore, type RegionScore, type ScoreInput, scoreImage } from './score.ts';
export type { AddedScore, ScoreDefinition, ScoreKey, ShownScore } from './scores/definition.ts';
export { epochScores, takesBest } from './scores/epochScores.ts';
export { MeasuredSet } from './scores/scoredSet.ts';
export { addedColumn, addedName, intervalOf, scoreOf, shownScores } from './scores/shown.ts';
export {
  type EpochScoreDefinition,
  type EpochScores,
  epochScoreDefinitions,
  scoreDefinitions,
} from './scores/standard.ts';
export { type Spread, spreadOf } from './spread.ts';
export { imageScoreOf, type SummaryOptions, summarize } from './summarize.ts';
export type { Conventions, Summary } from './summary.ts';
export {
  averageDistance,
  hausdorff,
  nearBoth,
  type SurfaceDistances,
  surfaceDistances,
} from './surface/surfaceDistances.ts';
