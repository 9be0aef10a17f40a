import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  bestEpochOf,
  type EpochRow,
  type Evaluation,
  type FoundDecision,
  findingsOf,
  type Inspection,
  type ManifestView,
  overlaysName,
  type RecordedEnvironment,
  type RecordedEvent,
  readDecisions,
  readEnvironment,
  readEvaluations,
  readEvents,
  readHistory,
  readInspection,
  readJson,
  readManifestView,
  readText,
  runFolder,
} from '@raremask/record';
import { notReportable } from '../errors.ts';
import type { InspectionExample } from '../overlays/inspectionExample.ts';
import type { OverlayEntry, OverlayIndex } from '../overlays/overlays.ts';

/** An overlay with its PNG. */
export interface Shown extends OverlayEntry {
  readonly png: Uint8Array;
}

/** Everything that a run folder says of a run; what is not there is left out. */
export interface RunRecord {
  readonly folder: string;
  readonly manifest?: string;
  readonly environment: RecordedEnvironment;
  readonly history: readonly EpochRow[];
  /** The last start that was recorded: a resumed run has several. */
  readonly start?: Extract<RecordedEvent, { type: 'start' }>;
  readonly end?: Extract<RecordedEvent, { type: 'end' }>;
  /** Epoch of the best checkpoint, as the run recorded it. */
  readonly bestEpoch?: number;
  readonly warnings: readonly string[];
  /** What the sentinel said, up to the last epoch that counts. */
  readonly findings: readonly Extract<RecordedEvent, { type: 'finding' }>[];
  /** What of the manifest advice is about. */
  readonly settings?: ManifestView;
  /** What the scores are that the manifest adds. */
  readonly scores: NonNullable<Evaluation['scores']>;
  /** The evaluations of all splits, validation first. */
  readonly evaluations: readonly Evaluation[];
  /** What was searched for the checkpoint that is scored. */
  readonly decision?: FoundDecision;
  readonly overlays?: Omit<OverlayIndex, 'entries'> & { readonly entries: readonly Shown[] };
  readonly inspection?: {
    readonly facts: Inspection;
    readonly examples: readonly InspectionExample[];
  };
}

/** Reads a run folder, whatever of it there is. */
export async function readRun(path: string): Promise<RunRecord> {
  const folder = runFolder(path);
  const manifest = await readText(folder.manifest);
  const evaluations = await readEvaluations(path);
  if (manifest === undefined && !existsSync(folder.metrics) && evaluations.length === 0) {
    throw notReportable(path);
  }
  const events = eventFacts(await readEvents(folder.events));
  const overlays = await overlaysOf(join(path, overlaysName('validation')));
  const inspection = await inspectionOf(path);
  const settings = await readManifestView(folder.manifest);
  const decision = (await readDecisions(folder.decision))[
    evaluations[0]?.decision ?? evaluations[0]?.checkpoint ?? 'best'
  ];
  return {
    folder: path,
    ...(manifest !== undefined && { manifest }),
    ...(settings !== undefined && { settings }),
    environment: await readEnvironment(folder.environment),
    history: await readHistory(folder.metrics),
    ...events,
    scores: events.start?.scores ?? evaluations[0]?.scores ?? [],
    evaluations,
    ...(decision !== undefined && { decision }),
    ...(overlays !== undefined && { overlays }),
    ...(inspection !== undefined && { inspection }),
  };
}

export type EventFacts = Pick<RunRecord, 'start' | 'end' | 'bestEpoch' | 'warnings' | 'findings'>;

/** What the events of a run come to. */
export function eventFacts(events: readonly RecordedEvent[]): EventFacts {
  const bestEpoch = bestEpochOf(events);
  const facts: { -readonly [Key in keyof EventFacts]: EventFacts[Key] } = {
    warnings: [],
    findings: findingsOf(events),
    ...(bestEpoch !== undefined && { bestEpoch }),
  };
  const warnings = new Set<string>();
  for (const event of events) {
    if (event.type === 'start') {
      facts.start = event;
      delete facts.end;
    }
    if (event.type === 'end') facts.end = event;
    if (event.type === 'note' && event.level === 'warn') warnings.add(event.text);
  }
  facts.warnings = [...warnings];
  return facts;
}

async function inspectionOf(folder: string): Promise<RunRecord['inspection']> {
  const facts = await readInspection(runFolder(folder).inspection);
  if (facts === undefined) return undefined;
  const examples: InspectionExample[] = [];
  for (const { file, ...example } of facts.examples ?? []) {
    const path = join(folder, ...file.split('/'));
    if (existsSync(path)) examples.push({ ...example, png: await readFile(path) });
  }
  return { facts, examples };
}

async function overlaysOf(folder: string): Promise<RunRecord['overlays']> {
  const index = await readJson<OverlayIndex>(join(folder, 'index.json'));
  if (index === undefined) return undefined;
  const entries: Shown[] = [];
  for (const entry of index.entries) {
    const path = join(folder, ...entry.file.split('/'));
    if (existsSync(path)) entries.push({ ...entry, png: await readFile(path) });
  }
  return { ...index, entries };
}
