import type { Batches, Bin, Inspection } from '@raremask/record';
import { type Chart, drawn, HEIGHT, logTicks, WIDTH } from './runCharts.ts';

/** The charts of an inspection; null where there is nothing to draw. */
export interface InspectionCharts {
  readonly structures: readonly { readonly name: string; readonly chart: Chart }[];
  readonly shares: Chart | null;
  readonly batches: Chart | null;
}

export async function inspectionCharts(inspection: Inspection): Promise<InspectionCharts> {
  const structures: { name: string; chart: Chart }[] = [];
  for (const { name, structureSizes } of inspection.classes) {
    const chart = await binChart(structureSizes, 'pixels of a structure', 'structures');
    if (chart) structures.push({ name, chart });
  }
  return {
    structures,
    shares: await binChart(
      inspection.foregroundShares,
      'share of the image that is foreground',
      'images',
    ),
    batches: 'problem' in inspection.batches ? null : await batchChart(inspection.batches),
  };
}

/** Bars over a logarithmic axis. */
async function binChart(
  bins: readonly Bin[],
  title: string,
  counted: string,
): Promise<Chart | null> {
  if (bins.length === 0) return null;
  const [from, to] = [bins[0]!.from, bins.at(-1)!.to];
  return await drawn({
    width: WIDTH,
    height: HEIGHT,
    data: { values: bins },
    mark: { type: 'rect', color: 'var(--found)', stroke: 'var(--card)', strokeWidth: 1 },
    encoding: {
      x: {
        field: 'from',
        type: 'quantitative',
        scale: { type: 'log', domain: [from, to], nice: false },
        axis: {
          title,
          values: logTicks(from, to),
          format: to <= 1 ? '~%' : '~s',
        },
      },
      x2: { field: 'to' },
      y: {
        field: 'count',
        type: 'quantitative',
        scale: { domain: [0, Math.max(...bins.map(({ count }) => count))], nice: true },
        axis: { title: counted, format: 'd', tickCount: 4, tickMinStep: 1 },
      },
      y2: { datum: 0 },
    },
  });
}

/** Empty images, and batches without foreground, in each epoch that was looked at. */
async function batchChart({ epochs }: Batches): Promise<Chart | null> {
  const kinds = [
    { name: 'empty images', colour: 'var(--quiet)' },
    { name: 'batches without foreground', colour: 'var(--alarm)' },
  ] as const;
  const values = epochs.flatMap(({ epoch, emptyShare, batchesWithoutForeground }) => [
    { epoch: `epoch ${epoch}`, name: kinds[0].name, share: emptyShare },
    { epoch: `epoch ${epoch}`, name: kinds[1].name, share: batchesWithoutForeground },
  ]);
  const scale = { domain: kinds.map(({ name }) => name), range: kinds.map(({ colour }) => colour) };
  const place = {
    x: {
      field: 'epoch',
      type: 'nominal',
      sort: null,
      axis: { title: null, labelAngle: 0, ticks: false },
    },
    xOffset: { field: 'name', type: 'nominal', sort: null },
    y: {
      field: 'share',
      type: 'quantitative',
      scale: { domain: [0, 1] },
      axis: { title: 'share', format: '~%', values: [0, 0.25, 0.5, 0.75, 1] },
    },
  };
  return await drawn(
    {
      width: WIDTH,
      height: HEIGHT,
      data: { values },
      encoding: place,
      layer: [
        {
          mark: { type: 'bar' },
          encoding: {
            color: { field: 'name', type: 'nominal', sort: null, scale, legend: null },
          },
        },
        {
          mark: { type: 'text', dy: -7, fontSize: 11, color: 'var(--ink)' },
          encoding: { text: { field: 'share', type: 'quantitative', format: '.0%' } },
        },
      ],
    },
    kinds.map(({ name, colour }) => ({ name, colour })),
  );
}
