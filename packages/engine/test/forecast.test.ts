import { type Draw, IGNORE, type Sample } from '@raremask/core';
import { expect, test } from 'vitest';
import { forecast } from '../src/inspection/forecast.ts';
import { BatchMemory } from '../src/reading/batchMemory.ts';
import { SampleReader } from '../src/reading/sampleReader.ts';
import { takeSurvey } from '../src/survey/survey.ts';

const facts = {
  space: 2,
  channels: 1,
  classes: [
    { name: 'background', value: 0 },
    { name: 'hole', value: 1 },
    { name: 'crack', value: 2 },
  ],
  overlapping: false,
} as const;

function drawn(id: string, rows: readonly string[]): Sample {
  const pixels = rows.join('');
  return {
    id,
    size: [rows.length, rows[0]!.length],
    image: Uint8Array.from(pixels, (_, index) => index),
    labels: Uint8Array.from(pixels, (pixel) => (pixel === 'x' ? IGNORE : Number(pixel))),
  };
}

const samples: Readonly<Record<string, Sample>> = {
  holes: drawn('holes', ['110001', '110000', '000000', '00000x']),
  crack: drawn('crack', ['000000', '000000', '002000', '000200']),
  empty: drawn('empty', ['000000', '000000', '000000', '000000']),
};
const ids = Object.keys(samples);

async function counted(epochs: readonly (readonly (readonly Draw[])[])[], most = 1000) {
  const reads: string[] = [];
  const dataset = {
    facts,
    ids,
    read: async (id: string) => {
      reads.push(id);
      return samples[id]!;
    },
  };
  const reader = new SampleReader(
    dataset,
    {
      facts,
      normalization: { kind: 'none' },
      pixelWeights: [1, 1, 1],
      seed: 0,
      multipleOf: [1, 1],
    },
    new BatchMemory(),
  );
  const survey = await takeSurvey({
    dataset,
    ids,
    train: ids,
    identity: 'forecast',
    read: async function* (missing) {
      for (const id of missing) yield await reader.survey(id);
    },
  });
  reads.length = 0;
  const result = await forecast({
    sampler: { batches: (epoch) => epochs[epoch]! },
    survey,
    dataset,
    facts,
    epochs: epochs.map((_, epoch) => epoch),
    most,
  });
  return { ...result, reads };
}

test('counts whole images without reading them again', async () => {
  const result = await counted([
    [
      [{ id: 'holes' }, { id: 'empty' }],
      [{ id: 'empty' }, { id: 'empty' }],
    ],
    [[{ id: 'crack' }, { id: 'holes' }]],
  ]);
  expect(result.reads).toEqual([]);
  expect(result.batches).toBe(3);
  expect(result.images).toBe(6);
  expect(result.emptyShare).toBe(3 / 6);
  // Two holes twice, one crack (its pixels touch by a corner): 5 structures in 3 batches.
  expect(result.structuresPerBatch).toBeCloseTo(5 / 3);
  expect(result.batchesWithoutForeground).toBeCloseTo(1 / 3);
  expect(result.foregroundPerBatch).toBe(1);
  // 5 + 5 pixels of holes and 2 of a crack, in 6 images of 24 pixels of which one is ignored twice.
  expect(result.foregroundShare).toBeCloseTo(12 / (6 * 24 - 2));
  expect(result.classes).toEqual([
    { name: 'hole', structuresPerBatch: 4 / 3, batchesWithout: 1 / 3 },
    { name: 'crack', structuresPerBatch: 1 / 3, batchesWithout: 2 / 3 },
  ]);
  expect(result.epochs).toMatchObject([
    { epoch: 1, batches: 2, emptyShare: 3 / 4, batchesWithoutForeground: 1 / 2 },
    { epoch: 2, batches: 1, emptyShare: 0, structuresPerBatch: 3, batchesWithoutForeground: 0 },
  ]);
  expect(result.wholeEpochs).toBe(true);
});

test('counts what windows show, at borders too', async () => {
  const window = (y: number, x: number) => ({ origin: [y, x], size: [2, 2] });
  const result = await counted([
    [
      // Half of the large hole; nothing of it; the corner hole, with three pixels beside the image.
      [
        { id: 'holes', window: window(0, 1) },
        { id: 'holes', window: window(2, 2) },
      ],
      [
        { id: 'holes', window: window(-1, 5) },
        { id: 'empty', window: window(0, 0) },
      ],
    ],
  ]);
  expect(result.reads).toEqual(['holes']);
  expect(result.emptiedByWindow).toBeCloseTo(1 / 3);
  expect(result.emptyShare).toBe(2 / 4);
  expect(result.structuresPerBatch).toBe(1);
  expect(result.batchesWithoutForeground).toBe(0);
  // 2 + 1 foreground pixels; 4 + 4 + 1 + 4 pixels of the windows lie in the images.
  expect(result.foregroundShare).toBeCloseTo(3 / 13);
});

test('leaves a long epoch at the end of a batch, and says so', async () => {
  const batch = [{ id: 'empty' }, { id: 'crack' }];
  const result = await counted([[batch, batch, batch]], 3);
  expect(result.batches).toBe(2);
  expect(result.wholeEpochs).toBe(false);
});
