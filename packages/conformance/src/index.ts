export { type Check, type CheckResult, runChecks } from './check.ts';
export { type DatasetCheckOptions, datasetChecks } from './datasetChecks.ts';
export { ConformanceError } from './errors.ts';
export { type LossCheckOptions, lossChecks } from './lossChecks.ts';
export { type ModelCheckOptions, modelChecks } from './modelChecks.ts';
export { type SamplerCheckOptions, samplerChecks } from './samplerChecks.ts';
