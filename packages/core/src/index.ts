export type {
  Census,
  ClassCensus,
  IntensityFact,
  Structure,
  Survey,
  SurveyedImage,
} from './census.ts';
export {
  type Dataset,
  IGNORE,
  type Prediction,
  type Sample,
  type WrittenPrediction,
} from './dataset.ts';
export { type ErrorCategory, type ErrorParts, isRaremaskError, RaremaskError } from './errors.ts';
export { type ClassFact, type DatasetFacts, type Facts, firstForeground } from './facts.ts';
export type { Log } from './log.ts';
export type { Loss, LossInput } from './loss.ts';
export type { ForwardCall, Model, Outputs, Parameter } from './model.ts';
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
} from './plugin.ts';
export type { Json, RandomStream } from './random.ts';
export type { Draw, Outcome, Sampler, Window } from './sampler.ts';
export { batchSize, census, facts, folder, log, rng, survey } from './services.ts';
export { type Needs, type Services, type Token, token } from './token.ts';
