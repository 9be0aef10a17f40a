import { expect, test } from 'vitest';
import { labCharts } from '../src/charts/labCharts.ts';
import { lineChart } from '../src/charts/lineChart.ts';

/** A loss whose gradients lie between two numbers. */
function between(low: number, high: number) {
  const curve = [1, 10, 100].map((falsePixels, index) => ({
    falsePixels,
    value: 0.1 * (index + 1),
    gradient: [high, (low + high) / 2, low][index]!,
  }));
  return { trials: [{ side: 64, curve }] } as unknown as Parameters<typeof labCharts>[0];
}

test.each([
  [1.1e-4, 4e-4],
  [2e-5, 3e-3],
  [1e-9, 1e-2],
])('a tick of gradients from %f to %f stands for one number', async (low, high) => {
  const charts = await labCharts(between(low, high));
  const text = JSON.stringify(charts[1]!.chart);
  const ticks = [...text.matchAll(/>(\d(?:\.\d)?e[−-]\d+)</g)].map(([, tick]) => tick!);
  expect(ticks.length).toBeGreaterThan(1);
  expect(new Set(ticks).size).toBe(ticks.length);
});

test('the last tick of an axis is not rounded to the one before', async () => {
  const points = [0, 0.12].map((x) => ({ x, y: x }));
  const chart = await lineChart([{ name: 'line', colour: 'var(--found)', points }], {
    x: { title: 'false structures an image', domain: [0, 0.12] },
    y: { domain: [0, 0.12] },
  });
  const ticks = [...JSON.stringify(chart).matchAll(/>(0\.\d+)</g)].map(([, tick]) => tick);
  const each = ['0.02', '0.04', '0.06', '0.08', '0.1', '0.12'];
  expect(ticks).toEqual(expect.arrayContaining(each));
  expect(new Set(ticks).size).toBe(each.length);
});
