export {
  type AugmentationCheckOptions,
  augmentationChecks,
} from './augmentation/augmentationChecks.ts';
export { type Check, type CheckResult, runChecks } from './check.ts';
export { type AnyCheckOptions, checksFor } from './checksFor.ts';
export { type DatasetCheckOptions, datasetChecks } from './dataset/datasetChecks.ts';
export { ConformanceError } from './errors.ts';
export { type LossCheckOptions, lossChecks } from './loss/lossChecks.ts';
export { type ModelCheckOptions, modelChecks } from './model/modelChecks.ts';
export { type OptimizerCheckOptions, optimizerChecks } from './optimizer/optimizerChecks.ts';
export { type SamplerCheckOptions, samplerChecks } from './sampler/samplerChecks.ts';
export { type ScheduleCheckOptions, scheduleChecks } from './schedule/scheduleChecks.ts';
export { type ScoreCheckOptions, scoreChecks } from './score/scoreChecks.ts';
export { type ServiceCheckOptions, serviceChecks } from './service/serviceChecks.ts';
export { type TrackerCheckOptions, trackerChecks } from './tracker/trackerChecks.ts';
