import { type DatasetFacts, defineDataset, RaremaskError, type Sample } from '@raremask/core';
import * as z from 'zod';

const FACTS: DatasetFacts = {
  space: 2,
  channels: 1,
  classes: [
    { name: 'background', value: 0 },
    { name: 'square', value: 255 },
  ],
  overlapping: false,
  remark: 'The images are drawn',
};

/** Grey images with a bright square in every fifth of them: take files of your own in their place. */
export default defineDataset({
  name: 'template',
  api: 1,
  summary: 'Grey images that are drawn, a bright square in every fifth',
  options: z.strictObject({
    images: z.int().min(1).default(100).describe('How many images there are'),
    size: z.int().min(16).default(64).describe('Side of an image in pixels'),
  }),
  create({ images, size }) {
    const ids = Array.from({ length: images }, (_, index) => `image-${index}`);
    return {
      facts: FACTS,
      ids,
      // Images of one patient, part or field of view, which no split may divide: here there are none.
      group: () => undefined,
      async read(id) {
        const index = ids.indexOf(id);
        if (index < 0) {
          throw new RaremaskError({
            code: 'RAREMASK_TEMPLATE_UNKNOWN',
            category: 'data',
            where: id,
            what: 'there is no such image',
            expected: `one of ${ids.length} images, the first of which is ${ids[0]}`,
          });
        }
        return drawn(id, index, size);
      },
      // Nothing changes what is drawn but these three.
      fingerprint: async (id) => `${id} of ${images}, ${size} pixels`,
    };
  },
});

function drawn(id: string, index: number, size: number): Sample {
  const image = new Uint8Array(size * size);
  const labels = new Uint8Array(size * size);
  const side = 4 + (index % 5);
  const [top, left] = [(index * 7) % (size - side), (index * 13) % (size - side)];
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      const at = row * size + column;
      image[at] = 60 + ((row * 31 + column * 17 + index * 7) % 40);
      const inside =
        row >= top && row < top + side && column >= left && column < left + side && index % 5 === 0;
      if (!inside) continue;
      image[at] += 80;
      labels[at] = 1;
    }
  }
  return { id, size: [size, size], image, labels };
}
