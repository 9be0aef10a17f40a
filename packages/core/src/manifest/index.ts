export type { LoadedPlugin } from '../host/loadedPlugin.ts';
export { describeOptions, type OptionDescription } from './describeOptions.ts';
export { manifestJsonSchema } from './jsonSchema.ts';
export { type LoadedManifest, type LoadOptions, loadManifest } from './loadManifest.ts';
export { ManifestErrors } from './mistake.ts';
export type {
  ListSource,
  LossWeight,
  Manifest,
  OptimizerChoice,
  Schedule,
  Split,
} from './shape.ts';
