import { isMainThread } from 'node:worker_threads';
import { defineDataset } from '@raremask/core';
import { memory, pictured } from './memoryDataset.ts';

/** Faulty: another thread reads something else. */
export default defineDataset({
  name: 'faulty',
  api: 1,
  create: () => ({
    ...memory(),
    async read(id) {
      const sample = pictured(id);
      if (!isMainThread) sample.image[5]! += 1;
      return sample;
    },
  }),
});
