export type {
  Affine,
  Augmentation,
  AugmentedWindow,
  ChangedArrays,
  Displacement,
  Donor,
  Places,
} from './contracts/augmentation.ts';
export { BACKENDS } from './contracts/backends.ts';
export type {
  Census,
  ClassCensus,
  IntensityFact,
  Structure,
  Survey,
  SurveyedImage,
} from './contracts/census.ts';
export {
  type Dataset,
  IGNORE,
  type PixelSize,
  type Prediction,
  type Sample,
  type SourceReader,
  type WrittenPrediction,
} from './contracts/dataset.ts';
export {
  API,
  type DatasetDefinition,
  type DatasetProposal,
  type LossDefinition,
  type OptionsOf,
  type OptionsSchema,
  type PluginDefinition,
  type ServiceDefinition,
} from './contracts/definition.ts';
export type {
  BackendFact,
  GpuLoad,
  OnEvent,
  RunEvent,
  SplitCounts,
  ValidationScores,
} from './contracts/events.ts';
export {
  type ClassFact,
  type DatasetFacts,
  type Facts,
  firstForeground,
} from './contracts/facts.ts';
export {
  type AugmentationPlugin,
  type DatasetPlugin,
  defineAugmentation,
  defineDataset,
  defineLoss,
  defineModel,
  defineOptimizer,
  defineSampler,
  defineSchedule,
  defineScore,
  defineService,
  defineTracker,
  KINDS,
  type KindRow,
  type Kinds,
  type LossPlugin,
  type MapEntry,
  type ModelPlugin,
  type OptimizerPlugin,
  type Plugin,
  type PluginByKind,
  type PluginKind,
  type ProductByKind,
  type SamplerPlugin,
  type SchedulePlugin,
  type ScorePlugin,
  type ServicePlugin,
  type TrackerPlugin,
} from './contracts/kinds.ts';
export { lengthText, millimetresOf } from './contracts/length.ts';
export type { Log } from './contracts/log.ts';
export type { Loss, LossInput } from './contracts/loss.ts';
export type {
  AuxiliaryOutput,
  ForwardCall,
  ImageOutput,
  Model,
  Outputs,
  Parameter,
  Processes,
} from './contracts/model.ts';
export type { Optimizer, UpdateCall, Updated } from './contracts/optimizer.ts';
export { PRECISIONS, PRECISIONS_OF, type Precision } from './contracts/precisions.ts';
export type { Json, RandomStream } from './contracts/random.ts';
export type { Draw, EpochPosition, Outcome, Sampler, Window } from './contracts/sampler.ts';
export type { RunProgress, Schedule } from './contracts/schedule.ts';
export {
  type AddedScoreText,
  CHOOSING_SCORES,
  EPOCH_SCORES,
  type ImageNumbers,
  type RegionCounts,
  type Score,
  type ScoredRegion,
  type ScoredSet,
  type ScoreText,
} from './contracts/score.ts';
export {
  batchSize,
  census,
  facts,
  folder,
  log,
  rng,
  standardServices,
  survey,
} from './contracts/services.ts';
export { type Needs, type Services, type Token, token } from './contracts/token.ts';
export {
  flatSettings,
  type RunOutcome,
  type TrackedImage,
  type TrackedRun,
  type TrackedWeights,
  type Tracker,
} from './contracts/tracker.ts';
export { type ErrorCategory, type ErrorParts, isRaremaskError, RaremaskError } from './error.ts';
export { isOutOfMemory } from './outOfMemory.ts';
export { staysInside } from './staysInside.ts';
