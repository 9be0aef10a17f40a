import type { Prediction } from '@raremask/core';
import { expect, test } from 'vitest';
import { framed } from '../src/prediction/framed.ts';

async function* one(): AsyncGenerator<Prediction> {
  const labels = Uint8Array.of(0, 1);
  yield { id: 'a', size: [2, 1], labels, probabilities: Float32Array.of(1, 0, 0, 1) };
}

test('predictions are turned back by the data set that has turned their images', async () => {
  const inFileFrame = async (prediction: Prediction) => ({
    ...prediction,
    size: prediction.size.toReversed(),
  });
  for await (const { size } of framed({ inFileFrame }, one())) expect(size).toEqual([1, 2]);
  for await (const { size } of framed({}, one())) expect(size).toEqual([2, 1]);
});
