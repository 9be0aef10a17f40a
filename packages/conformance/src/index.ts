export {
  type AugmentationCheckOptions,
  augmentationChecks,
} from './augmentation/augmentationChecks.ts';
export { type Check, type CheckResult, runChecks } from './check.ts';
export { type DatasetCheckOptions, datasetChecks } from './dataset/datasetChecks.ts';
export { ConformanceError } from './errors.ts';
export { type LossCheckOptions, lossChecks } from './loss/lossChecks.ts';
export { type ModelCheckOptions, modelChecks } from './model/modelChecks.ts';
export { type SamplerCheckOptions, samplerChecks } from './sampler/samplerChecks.ts';
