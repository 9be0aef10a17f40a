import { basename } from 'node:path';
import type { Interval } from '@raremask/metrics';
import { intervalOf } from '@raremask/metrics';
import {
  bestRow,
  type EpochRow,
  type Evaluation,
  isTraining,
  lastScored,
  readEnvironment,
  readEvaluations,
  readEvents,
  readHistory,
  runFolder,
} from '@raremask/record';
import { type EventFacts, eventFacts } from './runRecord.ts';

type RunState =
  | 'training' // a process trains in it
  | 'finished'
  | 'interrupted' // stopped and saved: resume goes on
  | 'ended'; // no end was recorded, and nobody trains in it

/** One of the two kinds of error of a run. */
export interface ErrorOf {
  readonly value: number | null;
  /** Of 95 %; null where there is none. */
  readonly interval: Interval | null;
}

/** A run in a line. */
export interface RunSummary {
  readonly folder: string;
  readonly name: string;
  readonly state: RunState;
  readonly startedAt: string | null;
  readonly epochs: number;
  readonly planned: number | null;
  /** Seconds that it has trained. */
  readonly seconds: number;
  readonly bestEpoch: number | null;
  readonly parameters: number | null;
  /** Where the errors are from: a scored split, or the validation after the best epoch. */
  readonly from: string | null;
  readonly dice: ErrorOf;
  readonly alarms: ErrorOf;
  /** What must be said wherever results are shown, for example that the images are synthetic. */
  readonly remark: string | null;
  /** What the sentinel said. */
  readonly findings: readonly string[];
}

/** A run with what its curves and its comparison need. */
export interface SummarizedRun {
  readonly summary: RunSummary;
  readonly history: readonly EpochRow[];
  readonly evaluations: readonly Evaluation[];
}

/** @param path a run folder */
export async function summarizeRun(path: string): Promise<SummarizedRun> {
  const folder = runFolder(path);
  const history = await readHistory(folder.metrics);
  const evaluations = await readEvaluations(path);
  const events = eventFacts(await readEvents(folder.events));
  const { startedAt, remark } = await readEnvironment(folder.environment);
  const { start, end } = events;
  const summary: RunSummary = {
    folder: path,
    name: start?.name ?? basename(folder.path),
    state: stateOf(folder.path, events),
    startedAt: startedAt ?? null,
    epochs: history.at(-1)?.epoch ?? 0,
    planned: start?.epochs ?? null,
    seconds: end?.seconds ?? history.reduce((sum, row) => sum + (row.seconds || 0), 0),
    bestEpoch: events.bestEpoch ?? bestRow(history)?.epoch ?? null,
    parameters: start?.parameters ?? null,
    ...errorsOf(history, evaluations),
    remark: evaluations[0]?.remark ?? remark ?? null,
    findings: events.findings.map(({ text, since }) => `${text} (since epoch ${since})`),
  };
  return { summary, history, evaluations };
}

function stateOf(folder: string, { end }: EventFacts): RunState {
  if (isTraining(folder)) return 'training';
  if (end === undefined) return 'ended';
  return end.interrupted ? 'interrupted' : 'finished';
}

function errorsOf(
  history: readonly EpochRow[],
  [evaluation]: readonly Evaluation[],
): Pick<RunSummary, 'from' | 'dice' | 'alarms'> {
  if (evaluation !== undefined) {
    const { foreground } = evaluation.summary;
    const of = (key: 'diceForeground' | 'alarmShare'): ErrorOf => ({
      value: foreground[key],
      interval: intervalOf(foreground, key) ?? null,
    });
    return { from: evaluation.split, dice: of('diceForeground'), alarms: of('alarmShare') };
  }
  const row = bestRow(history) ?? lastScored(history);
  const scores = row?.validation;
  return {
    from: row === undefined ? null : `epoch ${row.epoch}`,
    dice: { value: scores?.diceForeground ?? null, interval: null },
    alarms: { value: scores?.alarmShare ?? null, interval: null },
  };
}
