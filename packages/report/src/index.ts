export {
  type EpochRow,
  type EpochScores,
  type EvaluatedImage,
  type Evaluation,
  type Inspection,
  parseHistory,
  type RecordedEvent as ProgressEvent,
  type RecordedExample,
} from '@raremask/record';
export { type Comparison, compareRuns } from './comparison/compareRuns.ts';
export { liveShell } from './live/liveMarkup.ts';
export { type LivePage, livePage } from './live/livePage.ts';
export {
  drawExample,
  type ExampleSample,
  type InspectionExample,
} from './overlays/inspectionExample.ts';
export {
  collectOverlays,
  type OverlayCollector,
  type OverlayEntry,
  type OverlayIndex,
  type OverlayKind,
  type OverlayOptions,
} from './overlays/overlays.ts';
export type { OverlayImage } from './overlays/plane.ts';
export { writeComparison } from './page/comparisonPage.ts';
export { inspectionPage } from './page/inspectionPage.ts';
export { writeLabPage } from './page/labPage.ts';
export { type SweepPage, writeSweepPage } from './page/sweepPage.ts';
export { type Verdict, verdict } from './page/verdict.ts';
export type { LabLoss, LabReport } from './record/labResult.ts';
export { type RunSummary, summarizeRun } from './record/runSummary.ts';
export {
  COMPARED,
  type Compared,
  type Effect,
  type Stop,
  type SweepResults,
  settingsText,
  type TrialResult,
  type VariantResult,
} from './record/sweepResult.ts';
export { writeReport } from './report.ts';
export { type ColumnOptions, columns, type TableOptions } from './terminal/columns.ts';
export { comparisonTable } from './terminal/comparisonTable.ts';
export { inspectionTable } from './terminal/inspectionTable.ts';
export { labTable } from './terminal/labTable.ts';
export { createProgress, type Progress, type ProgressOptions } from './terminal/progress.ts';
export { type ResultOptions, resultTable } from './terminal/resultTable.ts';
export { runsTable, seedsText } from './terminal/runsTable.ts';
