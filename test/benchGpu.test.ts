import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import { further } from './further.ts';
import { root } from './pack.ts';

const bench = (...path: string[]) => join(root, 'bench', ...path);
const from = (...path: string[]) => import(pathToFileURL(bench(...path)).href);

describe('the operations of a convolutional network', () => {
  test('are a product and a sum for each tap, channel and pixel', async () => {
    const { operationsOf, shapeOf } = await from('speed', 'shape.mjs');
    // 8 x 8 pixels: 3x3 of 1 to 2 and 2 to 2; 4 x 4: 2 to 4, 4 to 4; up 4 to 2; 3x3 of 4 to 2 and 2 to 2; 1x1 of 2 to 2.
    const products =
      64 * 9 * (1 * 2 + 2 * 2) +
      16 * 9 * (2 * 4 + 4 * 4) +
      64 * 4 * 2 +
      64 * 9 * (4 * 2 + 2 * 2) +
      64 * 2 * 2;
    expect(operationsOf(shapeOf('1,8x8,2,1'))).toBe(2 * products);
  });

  test('are asked for by a shape; what is none is refused', async () => {
    const { shapeOf } = await from('speed', 'shape.mjs');
    expect(shapeOf('2,128x128x64,32')).toEqual({
      ...{ batch: 2, size: [128, 128, 64], filters: 32, depth: 4, encoder: 'own' },
    });
    for (const text of ['', '2,128', '2,axb,16', '0,8x8,4']) {
      expect(() => shapeOf(text)).toThrow('batch, extents, filters and poolings');
    }
  });
});

describe('two steps', () => {
  const step = (loss: number, ...gradients: (number | null)[][]) => ({
    loss,
    gradients: gradients.map((values, index) => ({ name: `weight${index}`, values })),
  });

  test('differ in float32 by the largest difference of a gradient, relative to the largest of its weight', async () => {
    const { difference } = await from('gpu', 'agreement.mjs');
    const expected = step(2, [1, -4], [0.5, 0.25]);
    expect(difference(expected, step(2.02, [1, -4], [0.5, 0.3]), 'float32')).toEqual({
      of: 'weight1',
      apart: expect.closeTo(0.1, 10),
    });
    expect(difference(expected, expected, 'float32')).toMatchObject({ apart: 0 });
  });

  test('differ with fewer bits by the whole gradient, or by the loss where that is far', async () => {
    const { difference } = await from('gpu', 'agreement.mjs');
    // The difference (0, 0, 0.3, 0) of a gradient of length 5.
    expect(difference(step(2, [3, 4], [0, 0]), step(2.0002, [3, 4], [0.3, 0]), 'float16')).toEqual({
      of: 'the whole gradient',
      apart: expect.closeTo(0.06, 10),
    });
    expect(difference(step(2, [3, 4]), step(2.02, [3, 4]), 'tf32')).toEqual({
      of: 'the loss, a hundredfold',
      apart: expect.closeTo(1, 10),
    });
  });

  test.each(['float32', 'float16'])(
    'differ without end in %s where a number is not finite',
    async (precision) => {
      const { difference } = await from('gpu', 'agreement.mjs');
      const without = { of: 'numbers that are not finite', apart: Number.POSITIVE_INFINITY };
      expect(difference(step(1, [1]), step(1, [null]), precision)).toEqual(without);
      expect(difference(step(1, [1]), step(Number.NaN, [1]), precision)).toEqual(without);
    },
  );
});

test.each(further('the benchmark of GPUs from its folder', ['compiled']))(
  'the benchmark of GPUs, packed, runs from a folder of its own on %s',
  (backend) => {
    const folder = mkdtempSync(join(tmpdir(), 'raremask-packed-'));
    try {
      const packed = join(folder, 'packed');
      const said = execFileSync('node', [bench('gpu', 'pack.mjs'), '--out', packed], {
        encoding: 'utf8',
      });
      expect(Number(/: ([\d.]+) MB, for /.exec(said)![1])).toBeLessThan(60);
      const there = join(folder, 'there');
      cpSync(packed, there, { recursive: true });
      rmSync(packed, { recursive: true });
      const table = execFileSync(
        'node',
        [
          ...['bench/gpu/run.mjs', '--backends', backend, '--shapes', '1,16x16,4,1'],
          ...[
            '--rounds',
            '2',
            '--repetitions',
            '2',
            '--limit',
            '500',
            '--python',
            'no-such-python',
          ],
        ],
        { cwd: there, encoding: 'utf8' },
      );
      expect(table).toContain('1,16x16,4,1');
      expect(table).toContain('medians of 2 rounds');
      expect(table).toContain('skipped: no-such-python has no PyTorch');
      expect(table.slice(table.indexOf("the demo's whole run"))).toMatch(
        / compiled float32 +\d+\.\d \|/,
      );
      const lines = readFileSync(join(there, 'results.ndjson'), 'utf8').trim().split('\n');
      const kept = lines.map((line) => JSON.parse(line) as { what: string; reason?: string });
      expect(kept.map(({ what }) => what)).toEqual(['speed', 'speed', 'demo']);
      expect(kept.every(({ reason }) => reason === undefined)).toBe(true);
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
  600_000,
);
