import { type Chart, drawn, HEIGHT, type Line, logTicks, NUMBER, WIDTH } from './chart.ts';

export const SERIES = [
  'var(--found)',
  'var(--alarm)',
  'var(--third)',
  'var(--fourth)',
  'var(--muted)',
];

/** Highest over lowest from which a logarithmic axis shows more. */
const WIDE_RANGE = 20;

export async function lineChart(
  lines: readonly Line[],
  options: {
    readonly best?: number | undefined;
    readonly y: { readonly domain?: readonly [number, number]; readonly title?: string };
    /** Left out: epochs. */
    readonly x?: { readonly title: string; readonly domain: readonly [number, number] };
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
                  options.x?.domain ??
                  (firstEpoch === lastEpoch
                    ? [firstEpoch - 1, lastEpoch + 1]
                    : [firstEpoch, lastEpoch]),
                nice: false,
                zero: false,
              },
              axis: options.x
                ? { title: options.x.title, format: NUMBER, tickCount: 5 }
                : { title: 'epoch', format: 'd', values: wholeTicks(firstEpoch, lastEpoch) },
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
                ? { title: 'logarithmic', values: logTicks(low * 0.9, high * 1.1), format: NUMBER }
                : { title: options.y.title ?? null, tickCount: 5, format: NUMBER },
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

function wholeTicks(from: number, to: number): number[] {
  const step = [1, 2, 5, 10, 20, 50, 100, 200, 500].find((one) => (to - from) / one <= 10) ?? 1000;
  const ticks: number[] = [];
  for (let tick = Math.ceil(from / step) * step; tick <= to; tick += step) ticks.push(tick);
  return ticks;
}
