import type { RunEvent } from '@raremask/core';
import type { EpochScores as Scores } from '@raremask/metrics';
import { readText } from './recordedFile.ts';

/** Scores of the validation split after an epoch; null where the split has no such images. */
export type EpochScores = { readonly [Key in keyof Scores]: number | null } & {
  /** Those that the manifest adds, by their names. */
  readonly [added: string]: number | null;
};

type EpochEvent = Extract<RunEvent, { type: 'epoch' }>;

/** What an epoch of an early version lacks. */
type Added = 'waitSeconds' | 'masks' | 'emptied' | 'pasted';

/**
 * An event of a run, live or out of events.ndjson, as any version has written it. Epochs and steps are
 * counted from 1, times are in seconds.
 */
export type RecordedEvent =
  | Exclude<RunEvent, EpochEvent>
  | (Omit<EpochEvent, Added | 'validation'> &
      Partial<Pick<EpochEvent, Added>> & { readonly validation?: EpochScores });

/** The events of events.ndjson; a line that was cut off when the run was killed is none. */
export async function readEvents(path: string): Promise<RecordedEvent[]> {
  const lines = (await readText(path))?.split('\n') ?? [];
  return lines.map(eventOf).filter((event) => event !== undefined);
}

function eventOf(line: string): RecordedEvent | undefined {
  if (line.trim() === '') return undefined;
  try {
    return JSON.parse(line) as RecordedEvent;
  } catch {
    return undefined;
  }
}

type Finding = Extract<RecordedEvent, { type: 'finding' }>;

/** What the sentinel said; of epochs that were trained again, what it said then. */
export function findingsOf(events: readonly RecordedEvent[]): readonly Finding[] {
  let found: Finding[] = [];
  for (const event of events) {
    if (event.type === 'start') found = found.filter(({ epoch }) => epoch < event.startEpoch);
    if (event.type === 'finding') found.push(event);
  }
  return found;
}

/** Epoch of the best checkpoint, as the run recorded it; undefined where nothing was validated. */
export function bestEpochOf(events: readonly RecordedEvent[]): number | undefined {
  let best: number | undefined;
  let atEnd: number | undefined;
  for (const event of events) {
    // A run that goes on has not ended.
    if (event.type === 'start') atEnd = undefined;
    if (event.type === 'end') atEnd = event.bestEpoch;
    if (event.type === 'epoch' && event.best) best = event.epoch;
  }
  return atEnd || best;
}
