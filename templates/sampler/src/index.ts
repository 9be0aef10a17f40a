import { batchSize, type Draw, defineSampler, rng, survey } from '@raremask/core';
import * as z from 'zod';

/** Every training image as often as `repeat` says in each epoch, in an order of the epoch's own. */
export default defineSampler({
  name: 'template',
  api: 1,
  summary: 'Every image once an epoch, in an order of its own',
  options: z.strictObject({
    repeat: z.int().min(1).default(1).describe('How often an image comes in each epoch'),
  }),
  needs: { survey, rng, batchSize },
  async create({ repeat }, services) {
    const { train } = await services.survey();
    return {
      *batches(epoch) {
        // A stream by the epoch's name: the same epoch gives the same batches, whatever came before.
        const random = services.rng.fork(`epoch ${epoch}`);
        const draws: Draw[] = Array.from({ length: repeat }, () =>
          random.shuffle([...train]).map((id) => ({ id })),
        ).flat();
        for (let start = 0; start < draws.length; start += services.batchSize) {
          yield draws.slice(start, start + services.batchSize);
        }
      },
    };
  },
});
