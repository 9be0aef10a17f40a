export { adviceFor } from './advice/advice.ts';
export { type ManifestView, manifestView, readManifestView } from './advice/manifestView.ts';
export type { Problem } from './advice/problem.ts';
export { type Seen, seenIn } from './advice/seen.ts';
export {
  appendLine,
  endLastLine,
  makeFolder,
  removePartials,
  writeAtomically,
  writeIfAbsent,
  writeJson,
} from './atomicFile.ts';
export { csvText } from './csv.ts';
export {
  type ClassErrors,
  type DecisionFile,
  type FoundClass,
  type FoundDecision,
  NEVER_PREDICTED,
  type OperatingChoice,
  readDecisions,
  type StatedCost,
  writeDecisions,
} from './decision.ts';
export { type Environment, type RecordedEnvironment, readEnvironment } from './environment.ts';
export {
  type EvaluatedImage,
  type Evaluation,
  readEvaluations,
  writeEvaluation,
} from './evaluation.ts';
export {
  bestEpochOf,
  type EpochScores,
  findingsOf,
  type RecordedEvent,
  readEvents,
} from './events.ts';
export {
  bestRow,
  type EpochRow,
  lastScored,
  parseHistory,
  readHistory,
} from './history.ts';
export {
  type Batches,
  type Bin,
  type ClassInspection,
  type Forecast,
  type Inspection,
  type InspectionFile,
  type RecordedExample,
  readInspection,
} from './inspection.ts';
export { type Live, LiveFile, readLive } from './live.ts';
export {
  manifestDifferences,
  readManifest,
  type SettingDifference,
} from './manifestDifferences.ts';
export { MetricsTable } from './metricsTable.ts';
export { readJson, readText } from './recordedFile.ts';
export {
  chooseCheckpoint,
  createRunFolder,
  evaluationName,
  openRunFolder,
  overlaysName,
  REPORT_NAME,
  type RunFolder,
  runFolder,
  SCORED_SPLITS,
} from './runFolder.ts';
export { isTraining, lockRun, type RunLock } from './runLock.ts';
export { sealed, unsealed } from './seal.ts';
export { type RecordedSplits, readSplits, writeSplits } from './splits.ts';
