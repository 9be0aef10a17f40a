export { overallAdvice } from './advice.ts';
export { checkSettings, STANDARD_FACTS, type Subject, tryLoss } from './lab.ts';
export type { LabResult } from './result.ts';
export { sumOf } from './sum.ts';
export type { LabSettings, Point, Row, SizeTrial } from './trial.ts';
export { type Finding, VERDICTS, type Verdict } from './verdict.ts';
