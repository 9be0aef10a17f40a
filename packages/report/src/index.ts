export { type ColumnOptions, columns, type TableOptions } from './columns.ts';
export type { EvaluatedImage, Evaluation } from './evaluation.ts';
export type { EpochScores, ProgressEvent } from './event.ts';
export { type EpochRow, parseHistory } from './history.ts';
export { type Inspection, inspectionTable } from './inspection.ts';
export { writeLabPage } from './labPage.ts';
export type { LabLoss, LabReport } from './labResult.ts';
export { labTable } from './labTable.ts';
export {
  collectOverlays,
  type OverlayCollector,
  type OverlayEntry,
  type OverlayIndex,
  type OverlayKind,
  type OverlayOptions,
} from './overlays.ts';
export type { OverlayImage } from './plane.ts';
export { createProgress, type Progress, type ProgressOptions } from './progress.ts';
export { writeReport } from './report.ts';
export { type ResultOptions, resultTable } from './resultTable.ts';
export { type Verdict, verdict } from './verdict.ts';
