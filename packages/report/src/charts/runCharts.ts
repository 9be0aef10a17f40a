import { epochScoreDefinitions } from '@raremask/metrics';
import type { EpochRow, EvaluatedImage, Evaluation } from '@raremask/record';
import { pairFirst } from '../scoreText.ts';

import { type Chart, drawn, HEIGHT, type Line, logTicks, WIDTH } from './chart.ts';
import { lineChart, SERIES } from './lineChart.ts';

/** Loss, and each of its terms where there are several, over the epochs. */
export async function lossChart(
  history: readonly EpochRow[],
  best: number | undefined,
): Promise<Chart | null> {
  const terms = Object.keys(history[0]?.terms ?? {});
  const over = (of: (row: EpochRow) => number | undefined) =>
    history.map((row) => ({ x: row.epoch, y: of(row) ?? null }));
  const lines: Line[] = [
    { name: 'loss', colour: 'var(--ink)', points: over((row) => row.loss) },
    ...(terms.length < 2
      ? []
      : terms.map((term, index) => ({
          name: term === 'loss' ? 'loss (term)' : term,
          colour: SERIES[index % SERIES.length]!,
          points: over((row) => row.terms[term]),
        }))),
  ];
  return await lineChart(lines, { best, y: {} });
}

/** Of the scores over the epochs, the pair first. */
const CURVES: readonly Pick<Line, 'colour' | 'dash'>[] = [
  { colour: 'var(--found)' },
  { colour: 'var(--alarm)' },
  { colour: 'var(--muted)', dash: [4, 3] },
];

/** Dice where there is foreground beside the alarms where there is none, over the epochs. */
export async function scoreChart(
  history: readonly EpochRow[],
  best: number | undefined,
): Promise<Chart | null> {
  const shown = pairFirst(epochScoreDefinitions.filter(({ curve }) => curve !== undefined));
  const lines = shown.map(
    ({ curve, epoch }, index): Line => ({
      name: curve!,
      ...(CURVES[index] ?? { colour: SERIES[index % SERIES.length]! }),
      points: history.map((row) => ({ x: row.epoch, y: row.validation?.[epoch.name] ?? null })),
    }),
  );
  return await lineChart(lines, { best, y: { domain: [0, 1] } });
}

/** A score that the manifest adds, over the epochs; null where none of them has it. */
export async function addedScoreChart(
  history: readonly EpochRow[],
  { name, unit }: NonNullable<Evaluation['scores']>[number],
  best: number | undefined,
): Promise<Chart | null> {
  const points = history.map((row) => ({ x: row.epoch, y: row.validation?.[name] ?? null }));
  const y = unit === 'share' ? { domain: [0, 1] as const } : {};
  return await lineChart([{ name, colour: 'var(--found)', points }], { best, y });
}

/** Norm of the gradient over the epochs; of a single epoch it says nothing. */
export async function gradientChart(history: readonly EpochRow[]): Promise<Chart | null> {
  if (history.length < 2) return null;
  const points = history.map((row) => ({ x: row.epoch, y: row.gradientNorm }));
  return await lineChart([{ name: 'gradient norm', colour: 'var(--ink)', points }], { y: {} });
}

/** How many images with foreground have which Dice. */
export async function diceHistogram(images: readonly EvaluatedImage[]): Promise<Chart | null> {
  const dices = images.flatMap(({ dice }) => (dice === null ? [] : [dice]));
  if (dices.length === 0) return null;
  const bars = Array.from({ length: 20 }, (_, index) => ({
    from: index / 20,
    to: (index + 1) / 20,
    images: dices.filter((dice) => Math.min(Math.floor(dice * 20), 19) === index).length,
  }));
  return await drawn({
    width: WIDTH,
    height: HEIGHT,
    data: { values: bars },
    mark: { type: 'bar', color: 'var(--found)', binSpacing: 1 },
    encoding: {
      x: {
        field: 'from',
        type: 'quantitative',
        bin: { binned: true, step: 0.05 },
        scale: { domain: [0, 1] },
        axis: { title: 'Dice', values: [0, 0.25, 0.5, 0.75, 1], format: '.2~f' },
      },
      x2: { field: 'to' },
      y: countAxis(Math.max(...bars.map(({ images: count }) => count)), 'images'),
    },
  });
}

/** Dice of each image with foreground against how much foreground it has. */
export async function sizeChart(images: readonly EvaluatedImage[]): Promise<Chart | null> {
  const points = images.flatMap(({ dice, foreground }) =>
    dice === null ? [] : [{ foreground, dice }],
  );
  if (points.length === 0) return null;
  const sizes = points.map(({ foreground }) => foreground);
  const [least, most] = [Math.min(...sizes), Math.max(...sizes)];
  const wide = most > 8 * least;
  return await drawn({
    width: WIDTH,
    height: HEIGHT,
    data: { values: points },
    mark: {
      type: 'point',
      filled: true,
      size: 34,
      color: 'var(--found)',
      opacity: points.length > 400 ? 0.35 : 0.7,
    },
    encoding: {
      x: {
        field: 'foreground',
        type: 'quantitative',
        scale: wide
          ? { type: 'log', domain: [least * 0.85, most * 1.15], nice: false }
          : { type: 'linear', zero: false, nice: true, padding: 8 },
        axis: {
          title: 'foreground pixels of the truth',
          ...(wide
            ? { values: logTicks(least * 0.85, most * 1.15), format: '~s' }
            : { tickCount: 5, format: '~s' }),
        },
      },
      y: {
        field: 'dice',
        type: 'quantitative',
        scale: { domain: [0, 1] },
        axis: { title: 'Dice', values: [0, 0.25, 0.5, 0.75, 1], format: '.2~f' },
      },
    },
  });
}

const ALARM_CLASSES: readonly (readonly [string, number, number])[] = [
  ['none', 0, 0],
  ['1–9', 1, 9],
  ['10–49', 10, 49],
  ['50–199', 50, 199],
  ['200–999', 200, 999],
  ['1000+', 1000, Number.POSITIVE_INFINITY],
];

/** How many empty images have how many predicted pixels. */
export async function alarmHistogram(images: readonly EvaluatedImage[]): Promise<Chart | null> {
  const empty = images.filter(({ foreground }) => foreground === 0);
  if (empty.length === 0) return null;
  const bars = ALARM_CLASSES.map(([name, from, to]) => ({
    name,
    images: empty.filter(({ alarms }) => alarms >= from && alarms <= to).length,
  }));
  const most = Math.max(...bars.map(({ images: count }) => count));
  return await drawn({
    width: WIDTH,
    height: HEIGHT,
    data: { values: bars },
    encoding: {
      x: {
        field: 'name',
        type: 'nominal',
        sort: null,
        axis: { title: 'predicted pixels on an empty image', labelAngle: 0, ticks: false },
      },
      y: countAxis(most * 1.08, 'images'),
    },
    layer: [
      {
        mark: { type: 'bar', width: { band: 0.72 } },
        encoding: {
          color: {
            field: 'name',
            type: 'nominal',
            legend: null,
            scale: {
              domain: ALARM_CLASSES.map(([name]) => name),
              range: ALARM_CLASSES.map((_, index) =>
                index === 0 ? 'var(--quiet)' : 'var(--alarm)',
              ),
            },
          },
        },
      },
      {
        mark: { type: 'text', dy: -7, fontSize: 11, color: 'var(--ink)' },
        encoding: { text: { field: 'images', type: 'quantitative' } },
      },
    ],
  });
}

function countAxis(most: number, field: string) {
  return {
    field,
    type: 'quantitative' as const,
    scale: { domain: [0, Math.max(most, 1)], nice: true },
    axis: { title: 'images', format: 'd', tickCount: 4, tickMinStep: 1 },
  };
}
