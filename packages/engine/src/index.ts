export type { BackendFact, OnEvent, RunEvent, SplitCounts, ValidationScores } from '@raremask/core';
export {
  type ClassInspection,
  type Environment,
  type EvaluatedImage,
  type Evaluation,
  type Forecast,
  type Inspection,
  openRunFolder,
  type RunFolder,
  runFolder,
  writeAtomically,
} from '@raremask/record';
export { countPart } from './countPart.ts';
export { type EvaluateOptions, evaluate } from './evaluate.ts';
export { type ExportOptions, type ExportResult, exportOnnx } from './exportOnnx.ts';
export { type InspectOptions, inspect } from './inspect.ts';
export type { Example } from './inspection/examples.ts';
export { type Decision, decide, foregroundProbability } from './judging/decide.ts';
export type { Judged } from './judging/judge.ts';
export type { Counted, PartCount } from './opening/counts.ts';
export { dealFolds } from './opening/folds.ts';
export { type OpenedData, type OpenOptions, openData } from './opening/openData.ts';
export type { MemberRun } from './opening/openMembers.ts';
export { type ProposedSplit, proposedSplit } from './opening/proposedSplit.ts';
export type { Splits } from './opening/split.ts';
export { type Packaged, packageWeights } from './packaged.ts';
export {
  type PredictOptions,
  predict,
  predictTogether,
} from './predict.ts';
export type { BlockRecord, PredictedImage, UnreadableImage } from './prediction/blockRecord.ts';
export type { PredictResult } from './prediction/predictBlocks.ts';
export { type PublishedWeights, publishedWeights } from './publishedWeights.ts';
export type { Part } from './reading/part.ts';
export type { Recommendation } from './recommendation/recommend.ts';
export {
  commentedManifest,
  type ManifestFacts,
  type RecommendedSetting,
} from './recommendation/recommendedManifest.ts';
export { type Start, startOf } from './recommendation/start.ts';
export type { CheckpointHead, Progress } from './record/checkpointHead.ts';
export type { Compute } from './runner/compute.ts';
export { openNetwork, openRunner } from './runner/openRunner.ts';
export type {
  Inferred,
  Network,
  NetworkArrays,
  Runner,
  StateArrays,
  StepCall,
  StepResult,
} from './runner/runner.ts';
export type { BatchInput } from './step/batchInput.ts';
export { guardedLoss } from './step/guardedLoss.ts';
export type { StepProgram } from './step/program.ts';
export { initialState, type StepState, stateLayout } from './step/state.ts';
export {
  gradients,
  infer,
  type StepOutput,
  trainStep,
  type UpdateInput,
  update,
} from './step/trainStep.ts';
export { firstThenOthers, madeByEach, madeByFirst } from './team/agreement.ts';
export { ALONE, isAlone, isFirst, type Team } from './team/team.ts';
export { type TrainOptions, train } from './train.ts';
export { openTrackers } from './training/openTrackers.ts';
export type { NamedTracker, Trackers } from './training/trackers.ts';
export type { TrainResult } from './training/trainingRun.ts';
