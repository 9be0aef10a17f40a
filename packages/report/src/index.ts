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
export { inspectionPage } from './page/inspectionPage.ts';
export { writeLabPage } from './page/labPage.ts';
export { type Verdict, verdict } from './page/verdict.ts';
export type { LabLoss, LabReport } from './record/labResult.ts';
export { writeReport } from './report.ts';
export { type ColumnOptions, columns, type TableOptions } from './terminal/columns.ts';
export { inspectionTable } from './terminal/inspectionTable.ts';
export { labTable } from './terminal/labTable.ts';
export { createProgress, type Progress, type ProgressOptions } from './terminal/progress.ts';
export { type ResultOptions, resultTable } from './terminal/resultTable.ts';
