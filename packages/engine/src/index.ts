export { writeAtomically } from './atomicFile.ts';
export type { CheckpointHead, Progress } from './checkpoint.ts';
export type { Compute } from './compute.ts';
export { type Decision, decide, foregroundProbability } from './decide.ts';
export {
  type EvaluatedImage,
  type EvaluateOptions,
  type Evaluation,
  evaluate,
} from './evaluate.ts';
export type { BackendFact, OnEvent, RunEvent, SplitCounts, ValidationScores } from './events.ts';
export { type ExportOptions, type ExportResult, exportOnnx } from './exportOnnx.ts';
export type { Forecast } from './forecast.ts';
export {
  type ClassInspection,
  type Example,
  type Inspection,
  type InspectOptions,
  inspect,
} from './inspect.ts';
export { openNetwork, openRunner } from './openRunner.ts';
export { createOptimizer, type Optimizer } from './optimizer.ts';
export {
  type PredictedImage,
  type PredictOptions,
  type PredictResult,
  predict,
} from './predict.ts';
export type { Recommendation, RecommendedSetting } from './recommend.ts';
export { commentedManifest, type ManifestFacts } from './recommendedManifest.ts';
export { type Environment, openRunFolder, type RunFolder, runFolder } from './runFolder.ts';
export type { Network, Runner, StateArrays, StepCall, StepResult } from './runner.ts';
export type { Judged } from './score.ts';
export {
  infer,
  type StepInput,
  type StepOutput,
  type StepProgram,
  type StepState,
  trainStep,
} from './step.ts';
export { type TrainOptions, type TrainResult, train } from './train.ts';
export { openWork, type Work } from './work.ts';
