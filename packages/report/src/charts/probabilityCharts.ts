import type { Evaluation } from '@raremask/record';
import type { Chart } from './chart.ts';
import { lineChart } from './lineChart.ts';

const SHARE = [0, 1] as const;

/** What probabilities say against what is true; null where the evaluation has none. */
export async function reliabilityChart({ calibration }: Evaluation): Promise<Chart | null> {
  const points = (calibration?.bins ?? []).flatMap(({ said, true: real }) =>
    said === null ? [] : [{ x: said, y: real }],
  );
  if (points.length === 0) return null;
  return await lineChart(
    [
      { name: 'this network', colour: 'var(--found)', points },
      {
        name: 'as often right as it says',
        colour: 'var(--muted)',
        dash: [4, 3],
        points: [
          { x: 0, y: 0 },
          { x: 1, y: 1 },
        ],
      },
    ],
    {
      x: { title: 'probability of foreground', domain: SHARE },
      y: { domain: SHARE, title: 'share that is foreground' },
    },
  );
}

/** Structures found against false ones; null where there is no structure. */
export async function frocChart({ froc }: Evaluation): Promise<Chart | null> {
  const curve = froc?.curve ?? [];
  if (curve.length === 0) return null;
  const most = Math.max(...curve.map(({ falseStructures }) => falseStructures));
  return await lineChart(
    [
      {
        name: 'structures found',
        colour: 'var(--found)',
        points: curve.map(({ falseStructures, sensitivity }) => ({
          x: falseStructures,
          y: sensitivity,
        })),
      },
    ],
    {
      x: { title: 'false structures an image', domain: [0, most > 0 ? most : 1] },
      y: { domain: SHARE },
    },
  );
}
