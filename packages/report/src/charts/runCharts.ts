import { epochScoreDefinitions } from '@raremask/metrics';
import type { EpochRow, EvaluatedImage } from '@raremask/record';
import type { Config, TopLevelSpec } from 'vega-lite';

import { pairFirst } from '../scoreText.ts';

/** A chart whose colours are the page's own variables, so that it follows its theme. */
export interface Chart {
  readonly svg: string;
  /** The lines, where there are several; the page writes their names, since it knows its font. */
  readonly legend: readonly Pick<Line, 'name' | 'colour' | 'dash'>[];
}

export const WIDTH = 420;
export const HEIGHT = 225;

const CONFIG: Config = {
  font: 'system-ui, -apple-system, "Segoe UI", Roboto, sans-serif',
  background: 'transparent',
  view: { stroke: null },
  axis: {
    labelColor: 'var(--muted)',
    titleColor: 'var(--muted)',
    labelFontSize: 11,
    titleFontSize: 11,
    titleFontWeight: 'normal',
    titlePadding: 6,
    domainColor: 'var(--line)',
    tickColor: 'var(--line)',
    gridColor: 'var(--grid)',
    tickSize: 4,
  },
  axisX: { grid: false },
  axisY: { domain: false, ticks: false, labelPadding: 7 },
};

interface Line {
  readonly name: string;
  readonly colour: string;
  readonly dash?: readonly number[];
  readonly points: readonly { readonly x: number; readonly y: number | null }[];
}

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

/** Of the scores over the epochs, the pair first. */
const CURVES: readonly Pick<Line, 'colour' | 'dash'>[] = [
  { colour: 'var(--found)' },
  { colour: 'var(--alarm)' },
  { colour: 'var(--muted)', dash: [4, 3] },
];

const SERIES = ['var(--found)', 'var(--alarm)', 'var(--third)', 'var(--fourth)', 'var(--muted)'];

/** Highest over lowest from which a logarithmic axis shows more. */
const WIDE_RANGE = 20;

async function lineChart(
  lines: readonly Line[],
  options: {
    readonly best?: number | undefined;
    readonly y: { readonly domain?: readonly [number, number] };
  },
): Promise<Chart | null> {
  const values = lines.flatMap((line) =>
    line.points
      .filter(({ y }) => y !== null && Number.isFinite(y))
      .map(({ x, y }) => ({ x, y: y!, name: line.name })),
  );
  if (values.length === 0) return null;
  const shown = lines.filter(({ name }) => values.some((value) => value.name === name));
  const heights = values.map(({ y }) => y);
  const epochs = values.map(({ x }) => x);
  const [low, high] = [Math.min(...heights), Math.max(...heights)];
  const [firstEpoch, lastEpoch] = [Math.min(...epochs), Math.max(...epochs)];
  const logarithmic = options.y.domain === undefined && low > 0 && high / low > WIDE_RANGE;
  const colour = {
    field: 'name',
    type: 'nominal' as const,
    sort: null,
    scale: { domain: shown.map(({ name }) => name), range: shown.map((line) => line.colour) },
    legend: null,
  };
  const legend = shown.length < 2 ? [] : shown;
  return await drawn(
    {
      width: WIDTH,
      height: HEIGHT,
      layer: [
        ...(options.best === undefined || options.best < firstEpoch || options.best > lastEpoch
          ? []
          : [bestMark(options.best)]),
        {
          data: { values },
          mark: {
            type: 'line' as const,
            strokeWidth: 2,
            strokeJoin: 'round' as const,
            point: lastEpoch - firstEpoch < 30 ? { size: 22, filled: true } : false,
          },
          encoding: {
            x: {
              field: 'x',
              type: 'quantitative' as const,
              scale: {
                domain:
                  firstEpoch === lastEpoch
                    ? [firstEpoch - 1, lastEpoch + 1]
                    : [firstEpoch, lastEpoch],
                nice: false,
                zero: false,
              },
              axis: { title: 'epoch', format: 'd', values: wholeTicks(firstEpoch, lastEpoch) },
            },
            y: {
              field: 'y',
              type: 'quantitative' as const,
              scale: {
                type: logarithmic ? ('log' as const) : ('linear' as const),
                ...(logarithmic
                  ? { domain: [low * 0.9, high * 1.1], nice: false }
                  : { zero: low >= 0 }),
                ...(options.y.domain && { domain: [...options.y.domain] }),
              },
              axis: logarithmic
                ? { title: 'logarithmic', values: logTicks(low * 0.9, high * 1.1), format: '~g' }
                : { title: null, tickCount: 5, format: '~g' },
            },
            color: colour,
            strokeDash: {
              field: 'name',
              type: 'nominal' as const,
              sort: null,
              legend: null,
              scale: {
                domain: shown.map(({ name }) => name),
                range: shown.map(({ dash }) => [...(dash ?? [1, 0])]),
              },
            },
          },
        },
      ],
    },
    legend,
  );
}

/** A dotted line at the best epoch; the page says what it is. */
function bestMark(best: number) {
  return {
    data: { values: [{ x: best }] },
    mark: {
      type: 'rule' as const,
      color: 'var(--muted)',
      strokeDash: [2, 3],
      strokeWidth: 1.5,
    },
    encoding: { x: { field: 'x', type: 'quantitative' as const } },
  };
}

/** Powers of ten, with twos and fives between them where the powers alone are few. */
export function logTicks(from: number, to: number): number[] {
  const decades = Math.log10(to / from);
  const steps = decades > 3 ? [1] : decades > 1.2 ? [1, 2, 5] : [1, 1.5, 2, 3, 5, 7];
  const ticks: number[] = [];
  for (let power = Math.floor(Math.log10(from)); 10 ** power <= to; power++) {
    ticks.push(...steps.map((step) => Number((step * 10 ** power).toPrecision(2))));
  }
  return ticks.filter((tick) => tick >= from && tick <= to);
}

function wholeTicks(from: number, to: number): number[] {
  const step = [1, 2, 5, 10, 20, 50, 100, 200, 500].find((one) => (to - from) / one <= 10) ?? 1000;
  const ticks: number[] = [];
  for (let tick = Math.ceil(from / step) * step; tick <= to; tick += step) ticks.push(tick);
  return ticks;
}

function countAxis(most: number, field: string) {
  return {
    field,
    type: 'quantitative' as const,
    scale: { domain: [0, Math.max(most, 1)], nice: true },
    axis: { title: 'images', format: 'd', tickCount: 4, tickMinStep: 1 },
  };
}

/** Vega is loaded here and not before: it is large, and only a report needs it. */
export async function drawn(spec: object, legend: Chart['legend'] = []): Promise<Chart> {
  const [{ compile }, vega] = await Promise.all([import('vega-lite'), import('vega')]);
  const { spec: compiled } = compile({
    ...spec,
    config: CONFIG,
    autosize: { type: 'fit', contains: 'padding' },
    padding: 4,
  } as unknown as TopLevelSpec);
  const view = new vega.View(vega.parse(compiled), { renderer: 'none' });
  try {
    const text = await view.toSVG();
    // Inside of HTML an SVG needs no namespace, and the page should name no address at all.
    const svg = text
      .replace(/ xmlns(:\w+)?="[^"]*"/g, '')
      .replace(/<svg ([^>]*?)width="[\d.]+" height="[\d.]+"/, '<svg role="img" $1');
    return { svg, legend };
  } finally {
    view.finalize();
  }
}
