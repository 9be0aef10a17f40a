import type { Census, Dataset, Facts, OnEvent } from '@raremask/core';
import { createHost, type Host, type RunScope } from '@raremask/core/host';
import type { LoadedManifest } from '@raremask/core/manifest';
import { type RecordedSplits, readSplits, runFolder } from '@raremask/record';
import { type Patience, Waiting, waitingText } from '../guard/waiting.ts';
import { checkFacts, listingOf } from '../reading/listing.ts';
import { type CountedSurvey, censusOf } from '../survey/survey.ts';
import { type Counted, Counts } from './counts.ts';
import { resolutionOfVolumes, severalUnreadable } from './errors.ts';
import { feedsOf, type OpenFeed } from './feedsOf.ts';
import { Notes } from './notes.ts';
import { checkSplits, keptSplits } from './recordedSplits.ts';
import { openScope } from './scope.ts';
import { type SplitIds, type SplitOptions, type Splits, splitIds } from './split.ts';
import { BrokenSamples, tolerant } from './tolerant.ts';
import { workerCount } from './workerCount.ts';

/** A manifest's data set, divided; what is counted of it is counted once, for every job. */
export interface OpenedData {
  readonly loaded: LoadedManifest;
  readonly dataset: Dataset;
  readonly facts: Facts;
  readonly splits: Splits;
  readonly workers: number;
  /** Plugin and options of the data set: what was counted for one identity holds for no other. */
  readonly identity: string;
  /** Everything that can be read, counted. */
  counted(): Promise<Counted>;
  /** The same; throws where a sample cannot be read, and names them all. */
  survey(): Promise<CountedSurvey>;
  census(): Promise<Census>;
  readonly feed: OpenFeed;
  /** What was said so far while the data were opened and counted, and what follows. */
  readonly follow: Notes['follow'];
  /** A scope for the plugins of one job; without the services that come of the data. */
  scope(onEvent: OnEvent): RunScope;
  close(): Promise<void>;
}

export interface OpenOptions {
  /**
   * Whether an id of a list that the data set does not have is a mistake, as training wants it, or a
   * sample that cannot be read.
   */
  readonly unknown?: 'throw' | 'list';
  /** Folder of a run that goes on, or is scored: its training images stay apart from the others. */
  readonly run?: string | undefined;
  /** What this process may use of the machine; left out, all of it. */
  readonly cores?: number | undefined;
  /** When it fires, plugins that are late with an answer are waited for no longer. */
  readonly signal?: AbortSignal | undefined;
  /** When it is said that a plugin does not answer. */
  readonly patience?: Patience | undefined;
}

/** A manifest's data set before it is divided. */
export interface OpenedSet {
  readonly host: Host;
  readonly notes: Notes;
  readonly dataset: Dataset;
  readonly broken: BrokenSamples;
  readonly counts: Counts;
  readonly workers: number;
  readonly identity: string;
  readonly feed: OpenFeed;
}

/** Makes the data set of a manifest; `host.dispose` closes it. */
export async function openSet(
  loaded: LoadedManifest,
  onEvent: OnEvent,
  { cores, signal, patience }: Pick<OpenOptions, 'cores' | 'signal' | 'patience'> = {},
): Promise<OpenedSet> {
  const { manifest, plugins, folder } = loaded;
  const host = createHost();
  const notes = new Notes(onEvent);
  try {
    const broken = new BrokenSamples();
    const made = await openScope(host, loaded, notes.emit).make(plugins.dataset);
    const place = `${plugins.dataset.place} (${plugins.dataset.plugin.name})`;
    checkFacts(made, place);
    const ids = listingOf(made, place);
    const say = (what: string, seconds: number) =>
      notes.emit({ type: 'note', level: 'warn', text: waitingText(what, seconds) });
    const waiting = new Waiting(say, { signal, patience });
    const dataset = tolerant(made, { place, ids, broken, waiting });
    const { resolution } = manifest.data;
    if (resolution !== undefined && dataset.facts.space === 3) throw resolutionOfVolumes();
    const workers = workerCount(manifest.train.workers, cores);
    const feed = feedsOf(loaded, dataset, workers, waiting);
    const identity = JSON.stringify([
      plugins.dataset.use,
      plugins.dataset.package?.version ?? null,
      plugins.dataset.rawOptions,
      ...(resolution === undefined ? [] : [resolution]),
    ]);
    const { emit: onEmit } = notes;
    const counts = new Counts({
      dataset,
      identity,
      folder,
      workers,
      feed,
      broken,
      onEvent: onEmit,
    });
    return { host, notes, dataset, broken, counts, workers, identity, feed };
  } catch (error) {
    await host.dispose();
    throw error;
  }
}

/** Makes the data set of a manifest and divides it. */
export async function openData(
  loaded: LoadedManifest,
  onEvent: OnEvent,
  {
    unknown = loaded.manifest.data.unreadable === 'skip' ? 'list' : 'throw',
    run,
    ...machine
  }: OpenOptions = {},
): Promise<OpenedData> {
  const { manifest, folder } = loaded;
  const set = await openSet(loaded, onEvent, machine);
  const { dataset, counts, broken, host, notes } = set;
  const { emit } = notes;
  try {
    const recorded = run === undefined ? undefined : await readSplits(runFolder(run).splits);
    const splits = await divided(recorded, {
      dataset,
      split: manifest.data.split,
      folder,
      ...(dataset.root !== undefined && { dataRoot: dataset.root }),
      seed: manifest.seed,
      classesIn: (id) => counts.classesIn(id),
      ...(unknown === 'list' && { onUnknown: (id, reason) => broken.add(id, reason) }),
      warn: (text) => emit({ type: 'note', level: 'warn', text }),
    });
    const counted = () => counts.of(splits);
    const survey = () => counted().then(wholeSurvey);
    return {
      loaded,
      dataset,
      facts: dataset.facts,
      splits,
      workers: set.workers,
      identity: set.identity,
      counted,
      survey,
      census: async () => censusOf(await survey(), dataset.facts),
      feed: set.feed,
      follow: notes.follow,
      scope: (say) => openScope(host, loaded, say),
      close: () => host.dispose(),
    };
  } catch (error) {
    await host.dispose();
    throw error;
  }
}

/** As a run has divided the data, where there is one; its shares are not dealt anew. */
async function divided(
  recorded: RecordedSplits | undefined,
  options: SplitOptions & { warn(line: string): void },
): Promise<SplitIds> {
  const { dataset, split, warn } = options;
  if (recorded === undefined) return splitIds(options);
  if (typeof split.validation === 'number') {
    return keptSplits(dataset.ids, recorded, warn) ?? splitIds(options);
  }
  const found = await splitIds(options);
  checkSplits(found, recorded);
  return found;
}

/** The opened data, or those of a manifest; `close` leaves alone what another has opened. */
export async function dataOf(
  source: LoadedManifest | OpenedData,
  onEvent: OnEvent,
  options: OpenOptions = {},
): Promise<OpenedData> {
  if (!('loaded' in source)) return await openData(source, onEvent, options);
  return { ...source, close: async () => undefined };
}

function wholeSurvey({ survey, unreadable }: Counted): CountedSurvey {
  const [first] = unreadable.values();
  if (unreadable.size > 1) throw severalUnreadable(unreadable);
  if (first !== undefined) throw first;
  return survey;
}
