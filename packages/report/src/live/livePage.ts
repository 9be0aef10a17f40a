import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  findingsOf,
  overlaysName,
  type RecordedEvent,
  readEvents,
  readJson,
  readLive,
  runFolder,
} from '@raremask/record';
import { acrossRuns } from '../charts/comparisonCharts.ts';
import { lossChart, scoreChart } from '../charts/runCharts.ts';
import type { OverlayIndex } from '../overlays/overlays.ts';
import { type SummarizedRun, summarizeRun } from '../record/runSummary.ts';
import { liveMarkup } from './liveMarkup.ts';
import type { LiveRun, LoadPoint } from './liveRun.ts';

/** A page that follows a run: what it shows is read from the run folder each time. */
export interface LivePage {
  /** What changes of it, as HTML. */
  part(): Promise<string>;
  /** A picture of the last validation by its name; undefined of one that is not shown. */
  picture(file: string): Promise<Uint8Array | undefined>;
}

export function livePage(path: string): LivePage {
  const folder = runFolder(path);
  let drawn: { readonly key: string; readonly charts: LiveRun['charts'] } | undefined;

  async function charts({ history, summary }: SummarizedRun): Promise<LiveRun['charts']> {
    // Charts take longer than all else, and change once an epoch.
    const key = `${history.length} ${history.at(-1)?.loss} ${summary.bestEpoch}`;
    if (drawn?.key !== key) {
      const best = summary.bestEpoch ?? undefined;
      const named = [{ name: summary.name, history }];
      drawn = {
        key,
        charts: {
          scores: await scoreChart(history, best),
          loss: await lossChart(history, best),
          rate: await acrossRuns(named, (row) => row.learningRate),
        },
      };
    }
    return drawn.charts;
  }

  return {
    async part() {
      const run = await summarizeRun(folder.path);
      const events = await readEvents(folder.events);
      return liveMarkup({
        ...run,
        live: await readLive(folder.live),
        findings: findingsOf(events),
        ...factsOf(events),
        pictures: await picturesOf(folder.path, folder.latest),
        charts: await charts(run),
      }).markup;
    },
    async picture(file) {
      const shown = await picturesOf(folder.path, folder.latest);
      if (!shown?.entries.some((entry) => entry.file === file)) return undefined;
      const at = join(shown.folder, ...file.split('/'));
      return existsSync(at) ? await readFile(at) : undefined;
    },
  };
}

/** Those of the last validation while training goes on, and of the scored run afterwards. */
async function picturesOf(run: string, latest: string) {
  for (const folder of [latest, join(run, overlaysName('validation'))]) {
    const index = await readJson<OverlayIndex>(join(folder, 'index.json')).catch(() => undefined);
    if (index !== undefined) return { folder, entries: index.entries, epoch: index.epoch };
  }
  return undefined;
}

function factsOf(events: readonly RecordedEvent[]): Pick<LiveRun, 'loads' | 'left' | 'warnings'> {
  const loads: LoadPoint[] = [];
  const warnings = new Set<string>();
  let left: LiveRun['left'];
  for (const event of events) {
    if (event.type === 'start') {
      loads.splice(0, loads.length, ...loads.filter(({ epoch }) => epoch < event.startEpoch));
      left = undefined;
    }
    if (event.type === 'load') loads.push(event);
    if (event.type === 'note' && event.level === 'warn') warnings.add(event.text);
    if (event.type === 'epoch') {
      const { time } = event as { readonly time?: string };
      left = { seconds: event.secondsLeft, since: Date.parse(time ?? '') };
    }
  }
  return { loads, left, warnings: [...warnings] };
}
