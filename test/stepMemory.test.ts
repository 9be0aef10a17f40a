import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { loadRuntime } from '@raremask/compiler';
import { expect, test } from 'vitest';
import { further } from './further.ts';

const bench = join(import.meta.dirname, '..', 'bench');
const { shapeOf } = await import(pathToFileURL(join(bench, 'speed', 'shape.mjs')).href);
const outcome = await loadRuntime();
if (outcome.state !== 'ok') console.warn(`skipped: onnxruntime-node: ${outcome.detail}`);

test.skipIf(outcome.state !== 'ok').each([
  ['4', '128x128', '16', '4'],
  ...further('memory of other networks, windows and batches', [
    ['8', '96x96', '8', '3'],
    ['2', '256x256', '16', '4'],
    ['2', '256x256', '32', '4'],
    ['1', '32x64x64', '8', '3'],
  ]),
])(
  'the memory of a training step is estimated within a third: %s of %s, %s filters, depth %s',
  { timeout: 300_000 },
  (...network) => {
    const request = {
      ...shapeOf(network.join()),
      ...{ backend: 'compiled', precision: 'float32', threads: 1, repetitions: 1 },
    };
    const said = execFileSync(
      process.execPath,
      [join(bench, 'dist', 'speed', 'ours.js'), JSON.stringify(request)],
      { encoding: 'utf8' },
    );
    const { trained, estimate } = JSON.parse(said) as Record<'trained' | 'estimate', number>;
    expect(estimate / trained).toBeGreaterThan(2 / 3);
    expect(estimate / trained).toBeLessThan(4 / 3);
  },
);
