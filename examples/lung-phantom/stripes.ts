import { defineAugmentation } from '@raremask/core';

/** A bright or dark line in one of four windows, as a worn detector leaves it. */
export default defineAugmentation({
  name: 'stripes',
  api: 1,
  summary: 'A line of another intensity',
  create: () => ({
    window({ image, size, channels }, draw) {
      if (draw.next() >= 0.25) return;
      const row = size.at(-1)! * channels;
      const first = draw.integer(0, image.length / row - 1) * row;
      const shift = draw.normal();
      for (let at = first; at < first + row; at++) image[at]! += shift;
    },
  }),
});
