import { relative } from 'node:path';
import type { RunOutcome } from '@raremask/core';
import type { LoadedManifest } from '@raremask/core/manifest';
import {
  ALONE,
  firstThenOthers,
  isAlone,
  isFirst,
  type OnEvent,
  type OpenedData,
  openData,
  openTrackers,
  type Trackers,
  type TrainResult,
  train,
} from '@raremask/engine';
import { type Prepared, prepared } from '../backend/prepared.ts';
import { collectSeldom } from '../collectSeldom.ts';
import type { Company } from '../company.ts';
import type { Console } from '../console.ts';
import { EXIT } from '../failure.ts';
import { recordInspection } from '../inspection/recordedInspection.ts';
import { onInterruption } from '../interruption.ts';
import { withProgress } from '../progress.ts';
import { latestPictures } from '../watch/latestPictures.ts';
import { type Watching, watchRun } from '../watch/server.ts';
import { scoreRun } from './scoreRun.ts';

export interface RunOptions {
  readonly out?: string;
  readonly resume?: string;
  /** What a run goes on from, and its manifest before anything was overridden. */
  readonly checkpoint?: 'best' | 'last';
  readonly before?: LoadedManifest | undefined;
  readonly version: string;
  /** Whether a page shows the run. */
  readonly watch?: boolean;
  /** Epochs of the whole run after which it stops, to be gone on with. */
  readonly untilEpoch?: number;
  /** Hears where the run lies. */
  readonly onFolder?: (folder: string) => void;
  /** The processes that train with this one. */
  readonly company?: Company | undefined;
}

/**
 * Trains, or goes on training; scores the best weights; writes the report; prints the pair. Of several
 * processes the first does what follows the training.
 */
export async function trainAndReport(
  loaded: LoadedManifest,
  options: RunOptions,
  console: Console,
): Promise<number> {
  const backend = withCompany(await prepared(loaded, options.company?.cores), options.company);
  const page = new RunPage((options.watch ?? false) && !console.silent, console);
  const { data, result, trackers } = await withProgress(console, (onEvent) => {
    const heard: OnEvent = (event) => {
      onEvent(event);
      if (event.type !== 'start') return;
      page.open(event.folder);
      options.onFolder?.(event.folder);
    };
    return trained(loaded, backend, options, heard, console);
  });
  let outcome: RunOutcome = 'failed';
  try {
    if (result.interrupted) {
      outcome = 'interrupted';
      const shown = relative(process.cwd(), result.folder) || '.';
      if (console.json) console.result(result);
      console.note('info', `Stopped and saved. Go on with: raremask resume ${shown}`);
      return EXIT.resumable;
    }
    if (!isFirst(options.company?.team ?? ALONE)) return EXIT.ok;
    await recordInspection(data, result.folder);
    await scoreRun(data, result.folder, { compute: backend.compute }, console, result);
    outcome = 'finished';
    return EXIT.ok;
  } finally {
    trackers.tell((event) => {
      if (event.type === 'note') console.note(event.level, event.text);
    });
    await trackers.end(outcome);
    await data.close();
    await page.close();
  }
}

/** The page of a run, which ends with the command. */
class RunPage {
  readonly #wanted: boolean;
  readonly #console: Console;
  #watching: Promise<Watching | undefined> | undefined;

  constructor(wanted: boolean, console: Console) {
    this.#wanted = wanted;
    this.#console = console;
  }

  /** A run goes on where the page cannot be served. */
  open(folder: string): void {
    if (!this.#wanted || this.#watching !== undefined) return;
    this.#watching = watchRun(folder, { unref: true }).then(
      (watching) => {
        this.#console.note('info', `watch it on ${watching.address}`);
        return watching;
      },
      (error: unknown) => {
        this.#console.note('warn', error instanceof Error ? error.message : String(error));
        return undefined;
      },
    );
  }

  async close(): Promise<void> {
    await (await this.#watching)?.close();
  }
}

/** What computes, with the processes that do. */
function withCompany(backend: Prepared, company: Company | undefined): Prepared {
  if (company === undefined) return backend;
  const { team, version } = company;
  return { ...backend, reason: `${backend.reason}; each of ${team.size} processes (${version})` };
}

interface Trained {
  readonly data: OpenedData;
  readonly trackers: Trackers;
  readonly result: TrainResult;
}

/** Opens the data and trains on them; they stay open for what follows. */
async function trained(
  loaded: LoadedManifest,
  { compute, ...backend }: Prepared,
  options: RunOptions,
  onEvent: OnEvent,
  console: Console,
): Promise<Trained> {
  const { signal, release } = onInterruption((text) => console.note('info', text));
  const { team = ALONE, cores } = options.company ?? {};
  let data: OpenedData | undefined;
  let trackers: Trackers | undefined;
  try {
    data = await firstThenOthers(team, async () => {
      const opened = await openData(loaded, onEvent, { run: options.resume, cores, signal });
      // The others find what was counted.
      if (!isAlone(team)) await opened.counted();
      return opened;
    });
    collectSeldom();
    trackers = isFirst(team)
      ? await openTrackers(data, onEvent, [latestPictures(data.facts)])
      : await openTrackers(data, onEvent, [], { named: false });
    // The budget is that of the command.
    const clock = () => performance.now() / 1000;
    const run = { ...options, backend, compute, onEvent, signal, trackers, clock, team };
    return { data, trackers, result: await train(data, run) };
  } catch (error) {
    await trackers?.end('failed');
    await data?.close();
    throw error;
  } finally {
    release();
  }
}
