import { type Chart, drawn, HEIGHT, WIDTH } from './chart.ts';

/** One number of a trial for a value of a setting. */
export interface EffectPoint {
  readonly value: string;
  readonly balanced: number;
}

/** The mean of a value of a setting, with its interval where there is one. */
export interface EffectMean extends EffectPoint {
  readonly low: number | null;
  readonly high: number | null;
}

const SHARE = { type: 'quantitative', scale: { domain: [0, 1] } } as const;

/** What a setting did: each finished trial as a point, the means of its values with their intervals. */
export async function effectChart(
  points: readonly EffectPoint[],
  means: readonly EffectMean[],
): Promise<Chart | null> {
  if (points.length === 0) return null;
  const x = {
    field: 'value',
    type: 'nominal',
    sort: means.map(({ value }) => value),
    axis: { title: null, labelAngle: means.length > 4 ? -35 : 0, labelLimit: 110 },
  };
  const y = { ...SHARE, axis: { title: 'balanced', tickCount: 5 } };
  const intervals = means.filter(({ low }) => low !== null);
  return await drawn(
    {
      width: WIDTH,
      height: HEIGHT,
      layer: [
        {
          data: { values: points },
          mark: { type: 'circle', size: 34, opacity: 0.75, color: 'var(--quiet)' },
          encoding: { x, y: { ...y, field: 'balanced' } },
        },
        {
          // Ends beyond the scale are no scores.
          data: {
            values: intervals.map((mean) => ({
              ...mean,
              low: Math.max(0, mean.low!),
              high: Math.min(1, mean.high!),
            })),
          },
          mark: { type: 'rule', strokeWidth: 2, color: 'var(--found)' },
          encoding: { x, y: { ...y, field: 'low' }, y2: { field: 'high' } },
        },
        {
          data: { values: means },
          mark: { type: 'tick', thickness: 3, size: 26, color: 'var(--found)' },
          encoding: { x, y: { ...y, field: 'balanced' } },
        },
      ],
    },
    [
      { name: 'mean and its 95 % interval', colour: 'var(--found)' },
      { name: 'trial', colour: 'var(--quiet)' },
    ],
  );
}

/** Both errors of each trial. */
export interface BothErrors {
  readonly dice: number;
  readonly alarms: number;
  readonly isBest: boolean;
}

/** Where trials stand by both errors: the better, the higher and the further to the left. */
export async function errorsChart(
  trials: readonly BothErrors[],
  best: string,
): Promise<Chart | null> {
  if (trials.length === 0) return null;
  return await drawn(
    {
      width: WIDTH,
      height: HEIGHT,
      layer: [false, true].map((isBest) => ({
        data: { values: trials.filter((trial) => trial.isBest === isBest) },
        mark: {
          type: 'circle',
          size: 44,
          opacity: 0.85,
          color: isBest ? 'var(--found)' : 'var(--quiet)',
        },
        encoding: {
          x: {
            ...SHARE,
            field: 'alarms',
            axis: { title: 'empty images with an alarm', format: '%' },
          },
          y: { ...SHARE, field: 'dice', axis: { title: 'Dice, with structure', tickCount: 5 } },
        },
      })),
    },
    namesOf(
      best,
      trials.every(({ isBest }) => isBest),
    ),
  );
}

/** The course of one combination: the mean over its trials at epochs that all of them have. */
export interface MeanCurve {
  readonly name: string;
  readonly isBest: boolean;
  readonly points: readonly { readonly epoch: number; readonly balanced: number }[];
}

/** All combinations over the epochs; those that were stopped end early. */
export async function curvesChart(curves: readonly MeanCurve[]): Promise<Chart | null> {
  const shown = curves.filter(({ points }) => points.length > 0);
  if (shown.length === 0) return null;
  const longest = Math.max(...shown.flatMap(({ points }) => points.map(({ epoch }) => epoch)));
  const best = shown.find(({ isBest }) => isBest)?.name;
  return await drawn(
    {
      width: WIDTH,
      height: HEIGHT,
      layer: [false, true].map((isBest) => ({
        data: {
          values: shown
            .filter((curve) => curve.isBest === isBest)
            .flatMap(({ name, points }) => points.map((point) => ({ name, ...point }))),
        },
        mark: {
          type: 'line',
          strokeWidth: isBest ? 2.5 : 1.5,
          color: isBest ? 'var(--found)' : 'var(--quiet)',
          point:
            longest < 30
              ? { size: 18, filled: true, color: isBest ? 'var(--found)' : 'var(--quiet)' }
              : false,
        },
        encoding: {
          x: {
            field: 'epoch',
            type: 'quantitative',
            scale: { domain: [Math.min(1, longest), longest], nice: false },
            axis: { title: 'epoch', format: 'd', tickMinStep: 1 },
          },
          y: { ...SHARE, field: 'balanced', axis: { title: 'balanced', tickCount: 5 } },
          detail: { field: 'name', type: 'nominal' },
        },
      })),
    },
    best === undefined ? [] : namesOf(best, shown.length === 1),
  );
}

function namesOf(best: string, isAlone: boolean): Chart['legend'] {
  const others = isAlone ? [] : [{ name: 'other settings', colour: 'var(--quiet)' }];
  return [{ name: best, colour: 'var(--found)' }, ...others];
}
