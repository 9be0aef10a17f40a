import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { damagedFile, notReportable } from '../errors.ts';
import type { InspectionExample, RecordedExample } from '../overlays/inspectionExample.ts';
import type { OverlayEntry, OverlayIndex } from '../overlays/overlays.ts';
import type { Inspection } from '../terminal/inspectionTable.ts';
import type { Evaluation } from './evaluation.ts';
import type { ProgressEvent } from './event.ts';
import { type EpochRow, parseHistory } from './history.ts';

/** environment.json; every entry may be missing in a folder that another version wrote. */
interface Environment {
  readonly raremask?: string;
  readonly node?: string;
  readonly platform?: string;
  readonly backend?: {
    readonly name: string;
    readonly reason?: string;
    readonly notes?: readonly string[];
    readonly versions?: Readonly<Record<string, string>>;
  };
  readonly seed?: number;
  readonly workers?: number;
  readonly plugins?: Readonly<Record<string, string>>;
  readonly startedAt?: string;
  readonly remark?: string;
}

/** An overlay with its PNG. */
export interface Shown extends OverlayEntry {
  readonly png: Uint8Array;
}

/** Everything that a run folder says of a run; what is not there is left out. */
export interface RunRecord {
  readonly folder: string;
  readonly manifest?: string;
  readonly environment: Environment;
  readonly history: readonly EpochRow[];
  /** The last start that was recorded: a resumed run has several. */
  readonly start?: Extract<ProgressEvent, { type: 'start' }>;
  readonly end?: Extract<ProgressEvent, { type: 'end' }>;
  /** Epoch of the best checkpoint, as the run recorded it. */
  readonly bestEpoch?: number;
  readonly warnings: readonly string[];
  /** The evaluations of all splits, validation first. */
  readonly evaluations: readonly Evaluation[];
  readonly overlays?: Omit<OverlayIndex, 'entries'> & { readonly entries: readonly Shown[] };
  readonly inspection?: {
    readonly facts: Inspection;
    readonly examples: readonly InspectionExample[];
  };
}

/** Reads a run folder, whatever of it there is. */
export async function readRun(folder: string): Promise<RunRecord> {
  const manifest = await textOf(join(folder, 'manifest.resolved.yaml'));
  const metrics = await textOf(join(folder, 'metrics.csv'));
  const evaluations: Evaluation[] = [];
  for (const name of ['evaluation.json', 'evaluation-test.json', 'evaluation-train.json']) {
    const evaluation = await jsonOf<Evaluation>(join(folder, name));
    if (evaluation !== undefined) evaluations.push(evaluation);
  }
  if (manifest === undefined && metrics === undefined && evaluations.length === 0) {
    throw notReportable(folder);
  }
  const overlays = await overlaysOf(join(folder, 'overlays'));
  const inspection = await inspectionOf(folder);
  return {
    folder,
    ...(manifest !== undefined && { manifest }),
    environment: (await jsonOf<Environment>(join(folder, 'environment.json'))) ?? {},
    history: parseHistory(metrics ?? ''),
    ...eventFacts(await textOf(join(folder, 'events.ndjson'))),
    evaluations,
    ...(overlays !== undefined && { overlays }),
    ...(inspection !== undefined && { inspection }),
  };
}

async function textOf(path: string): Promise<string | undefined> {
  return existsSync(path) ? await readFile(path, 'utf8') : undefined;
}

async function jsonOf<T>(path: string): Promise<T | undefined> {
  const text = await textOf(path);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as T;
  } catch (error) {
    throw damagedFile(path, error);
  }
}

type EventFacts = Pick<RunRecord, 'start' | 'end' | 'bestEpoch' | 'warnings'>;

function eventFacts(lines: string | undefined): EventFacts {
  const facts: { -readonly [Key in keyof EventFacts]: EventFacts[Key] } = { warnings: [] };
  const warnings = new Set<string>();
  for (const line of (lines ?? '').split('\n')) {
    const event = parsedLine(line);
    if (event?.type === 'start') {
      facts.start = event;
      delete facts.end;
    }
    if (event?.type === 'end') facts.end = event;
    if (event?.type === 'epoch' && event.best) facts.bestEpoch = event.epoch;
    if (event?.type === 'note' && event.level === 'warn') warnings.add(event.text);
  }
  if (facts.end !== undefined && facts.end.bestEpoch > 0) facts.bestEpoch = facts.end.bestEpoch;
  facts.warnings = [...warnings];
  return facts;
}

/** A line that was cut off when the run was killed is no event. */
function parsedLine(line: string): ProgressEvent | undefined {
  if (line.trim() === '') return undefined;
  try {
    return JSON.parse(line) as ProgressEvent;
  } catch {
    return undefined;
  }
}

async function inspectionOf(folder: string): Promise<RunRecord['inspection']> {
  const facts = await jsonOf<Inspection & { readonly examples?: readonly RecordedExample[] }>(
    join(folder, 'inspection.json'),
  );
  if (facts === undefined) return undefined;
  const examples: InspectionExample[] = [];
  for (const { file, ...example } of facts.examples ?? []) {
    const path = join(folder, ...file.split('/'));
    if (existsSync(path)) examples.push({ ...example, png: await readFile(path) });
  }
  return { facts, examples };
}

async function overlaysOf(folder: string): Promise<RunRecord['overlays']> {
  const index = await jsonOf<OverlayIndex>(join(folder, 'index.json'));
  if (index === undefined) return undefined;
  const entries: Shown[] = [];
  for (const entry of index.entries) {
    const path = join(folder, ...entry.file.split('/'));
    if (existsSync(path)) entries.push({ ...entry, png: await readFile(path) });
  }
  return { ...index, entries };
}
