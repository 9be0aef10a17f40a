import type { EpochRow } from '@raremask/record';
import type { Chart, Line } from './chart.ts';
import { lineChart, SERIES } from './lineChart.ts';

/** A run's curve, by its name. */
export interface NamedHistory {
  readonly name: string;
  readonly history: readonly EpochRow[];
}

const DASHES = [undefined, [6, 3], [2, 2], [8, 3, 2, 3]] as const;

/** One number of each epoch, a line a run. */
export async function acrossRuns(
  runs: readonly NamedHistory[],
  of: (row: EpochRow) => number | null | undefined,
  domain?: readonly [number, number],
): Promise<Chart | null> {
  const lines = runs.map(({ name, history }, index): Line => {
    const dash = DASHES[Math.floor(index / SERIES.length) % DASHES.length];
    return {
      name,
      colour: SERIES[index % SERIES.length]!,
      ...(dash && { dash }),
      points: history.map((row) => ({ x: row.epoch, y: of(row) ?? null })),
    };
  });
  return await lineChart(lines, { y: domain === undefined ? {} : { domain } });
}
