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
  type Prediction,
  type Sample,
  type WrittenPrediction,
} from './contracts/dataset.ts';
export type {
  BackendFact,
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
export type { Log } from './contracts/log.ts';
export type { Loss, LossInput } from './contracts/loss.ts';
export type { ForwardCall, Model, Outputs, Parameter } from './contracts/model.ts';
export type { Optimizer, UpdateCall, Updated } from './contracts/optimizer.ts';
export {
  API,
  type DatasetDefinition,
  type DatasetPlugin,
  type DatasetProposal,
  defineDataset,
  defineLoss,
  defineModel,
  defineSampler,
  type LossDefinition,
  type LossPlugin,
  type ModelPlugin,
  type OptionsOf,
  type OptionsSchema,
  type Plugin,
  type PluginByKind,
  type PluginDefinition,
  type PluginKind,
  type ProductByKind,
  type SamplerPlugin,
} from './contracts/plugin.ts';
export type { Json, RandomStream } from './contracts/random.ts';
export type { Draw, Outcome, Sampler, Window } from './contracts/sampler.ts';
export type { RunProgress, Schedule } from './contracts/schedule.ts';
export { batchSize, census, facts, folder, log, rng, survey } from './contracts/services.ts';
export { type Needs, type Services, type Token, token } from './contracts/token.ts';
export type { TrackedImage, TrackedRun, TrackedWeights, Tracker } from './contracts/tracker.ts';
export { type ErrorCategory, type ErrorParts, isRaremaskError, RaremaskError } from './errors.ts';
