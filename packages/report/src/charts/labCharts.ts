import type { LabLoss } from '../record/labResult.ts';
import { type Chart, drawn, logTicks, NUMBER } from './chart.ts';

export type { Chart } from './chart.ts';

const COLOURS = ['var(--found)', 'var(--alarm)', 'var(--third)', 'var(--fourth)'];
/** Smaller gradients than this share of the largest in a chart lie on its floor. */
const FLOOR = 1e-8;

/** Value, and gradient on one false pixel, against the number of false pixels of an empty image. */
export async function labCharts(loss: LabLoss) {
  const sides = loss.trials.map(({ side }) => `${side} x ${side} pixels`);
  const lines = sides.map((name, index) => ({ name, colour: COLOURS[index % COLOURS.length]! }));
  const points = loss.trials.flatMap(({ curve }, index) =>
    curve.map((point) => ({ ...point, name: sides[index]! })),
  );
  const reference = loss.trials.flatMap(({ side, curve }) =>
    curve.map(({ falsePixels }) => ({
      falsePixels,
      gradient: 0.9 / side ** 2,
      name: 'cross-entropy',
      side,
    })),
  );
  const values = points.filter(({ value }) => Number.isFinite(value));
  const slopes = points.filter(({ gradient }) => Number.isFinite(gradient));
  const largest = Math.max(
    ...slopes.map(({ gradient }) => gradient),
    ...reference.map(({ gradient }) => gradient),
  );
  const floor = largest * FLOOR;
  const raised = slopes.map((point) => ({ ...point, gradient: Math.max(point.gradient, floor) }));
  return [
    {
      title: 'Value',
      under: 'Of an empty image with so many false pixels (p = 0.9) on a haze of 0.01.',
      chart: await chart([{ points: values, dash: false }], 'value', lines, false),
    },
    {
      title: 'Gradient on one false pixel',
      under: `With respect to its logit, logarithmic. Grey: cross-entropy.${raised.some(({ gradient }) => gradient === floor) ? ' At the floor: none.' : ''}`,
      chart: await chart(
        [
          { points: reference, dash: true },
          { points: raised, dash: false },
        ],
        'gradient',
        [...lines, { name: 'cross-entropy', colour: 'var(--muted)', dash: [4, 3] }],
        true,
      ),
    },
  ];
}

async function chart(
  layers: readonly { readonly points: readonly object[]; readonly dash: boolean }[],
  field: 'value' | 'gradient',
  lines: Chart['legend'],
  logarithmic: boolean,
): Promise<Chart> {
  const all = layers.flatMap(({ points }) => points as readonly Record<typeof field, number>[]);
  const heights = all.map((point) => point[field]);
  const [low, high] = [Math.min(...heights), Math.max(...heights)];
  const across = layers.flatMap(({ points }) =>
    (points as readonly { readonly falsePixels: number }[]).map(({ falsePixels }) => falsePixels),
  );
  const most = Math.max(...across);
  return await drawn(
    {
      width: 420,
      height: 225,
      layer: layers.map(({ points, dash }) => ({
        data: { values: points },
        mark: dash
          ? { type: 'line', strokeWidth: 1.5, strokeDash: [4, 3] }
          : { type: 'line', strokeWidth: 2, point: { size: 22, filled: true } },
        encoding: {
          x: {
            field: 'falsePixels',
            type: 'quantitative',
            scale: { type: 'log', domain: [1, most], nice: false },
            axis: { title: 'false pixels', values: [1, 10, 100, 1000], format: '~s' },
          },
          y: {
            field,
            type: 'quantitative',
            scale: logarithmic
              ? { type: 'log', domain: [low * 0.7, high * 1.4], nice: false }
              : { domain: [Math.min(0, low), Math.max(high * 1.05, 1e-6)] },
            axis: logarithmic
              ? { title: null, values: sparse(logTicks(low * 0.7, high * 1.4)), format: '~e' }
              : { title: null, tickCount: 5, format: NUMBER },
          },
          ...(dash && { detail: { field: 'side', type: 'nominal' } }),
          color: {
            field: 'name',
            type: 'nominal',
            sort: null,
            legend: null,
            scale: {
              domain: lines.map(({ name }) => name),
              range: lines.map(({ colour }) => colour),
            },
          },
        },
      })),
    },
    lines,
  );
}

/** At most about six of the ticks. */
function sparse(ticks: readonly number[]): number[] {
  const step = Math.ceil(ticks.length / 6);
  return ticks.filter((_, index) => index % step === 0);
}
