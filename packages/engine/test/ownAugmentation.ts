import { defineAugmentation, facts } from '@raremask/core';
import { z } from 'zod';

const FAULTS = [
  'none',
  'throws',
  'infinite image',
  'negative weight',
  'unknown label',
  'short image',
  'other arrays',
  'assigns',
  'never answers',
  'changes the size',
  'changes what was drawn',
  'changes the spacing',
  'changes what is inside',
  'changes the size of places',
  'flips too few',
  'bends into nothing',
  'exchanges unequal axes',
  'rotates by itself',
] as const;

/** An outsider's: adds a number of its stream, and does one thing wrong where it is told to. */
export default defineAugmentation({
  name: 'own',
  api: 1,
  options: z.strictObject({ fault: z.enum(FAULTS).default('none'), add: z.number().default(1) }),
  needs: { facts },
  create: ({ fault, add }) => ({
    ...([
      'flips too few',
      'bends into nothing',
      'exchanges unequal axes',
      'rotates by itself',
    ].includes(fault) && {
      places: () => {
        if (fault === 'flips too few') return { flips: [true] };
        if (fault === 'rotates by itself') return { rotate: 90 } as never;
        if (fault === 'exchanges unequal axes') return { transpose: true };
        return { affine: [1, 0, 0, Number.NaN] };
      },
    }),
    ...(fault === 'changes the size of places' && {
      places: (size: readonly number[]) => {
        (size as number[])[0] = 3;
        return undefined;
      },
    }),
    window(window, draw) {
      const { image, labels, weight } = window;
      if (fault === 'never answers') return new Promise<never>(() => {});
      if (fault === 'throws') throw new TypeError('no such luck');
      if (fault === 'infinite image') image[3] = Number.POSITIVE_INFINITY;
      if (fault === 'negative weight') weight[2] = -1;
      if (fault === 'unknown label') labels[1] = 7;
      if (fault === 'short image') return { image: image.slice(1) };
      if (fault === 'other arrays') return { mask: labels } as never;
      if (fault === 'assigns') (window as { image: Float32Array }).image = image.slice();
      if (fault === 'changes the size') (window.size as number[])[0] = 3;
      if (fault === 'changes what was drawn') (window.drawn as number[])[0] = 3;
      if (fault === 'changes the spacing') (window.spacing as number[])[0] = 3;
      if (fault === 'changes what is inside') window.inside[2] = 0;
      const number = add * draw.next();
      return { image: image.map((value) => value + number) };
    },
  }),
});
