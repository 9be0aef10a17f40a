import type { Window } from '@raremask/core';
import {
  batchCount,
  sharedBatch,
  unknownDraw,
  windowCannotBeCut,
  windowNotDeclared,
} from '../faults.ts';
import { describeDraws, planOf } from '../plan.ts';
import { epochs } from '../subject.ts';
import { type Law, law } from './law.ts';

/** What a batch is made of. */
export function drawLaws(): readonly Law[] {
  return [
    law('draws from any images, or says why it cannot', 'all', async (subject) => {
      const plan = planOf(subject.sampler, 0, subject.place);
      if (subject.stock.images.length > 0 && plan.length === 0) {
        throw batchCount(subject.place, 'at least one batch in an epoch', 'none');
      }
    }),
    law('fills every batch but the last', 'all', async ({ sampler, batchSize, place }) => {
      for (const epoch of epochs()) {
        const plan = planOf(sampler, epoch, place);
        for (const [index, batch] of plan.entries()) {
          const isLast = index === plan.length - 1;
          if (batch.length === batchSize) continue;
          if (isLast && batch.length > 0 && batch.length < batchSize) continue;
          const expected = isLast ? `1 to ${batchSize} draws` : `${batchSize} draws`;
          const at = `batch ${index} of ${plan.length} in epoch ${epoch}`;
          throw batchCount(place, `${expected} in ${at}`, `${batch.length}`);
        }
        if (new Set(plan).size < plan.length) throw sharedBatch(place);
      }
    }),
    law('draws images of the training split', 'all', async ({ sampler, survey, place }) => {
      const train = new Set(survey.train);
      for (const epoch of epochs()) {
        for (const { id } of planOf(sampler, epoch, place).flat()) {
          if (!train.has(id)) throw unknownDraw(place, id, survey.train);
        }
      }
    }),
    law('draws windows that show a part of their image', 'all', async (subject) => {
      for (const epoch of epochs()) {
        for (const draw of planOf(subject.sampler, epoch, subject.place).flat()) {
          const { id, window } = draw;
          if (window === undefined || !subject.survey.train.includes(id)) continue;
          const { size } = subject.survey.image(id);
          const fault = windowFault(window, size);
          if (fault !== undefined) {
            throw windowCannotBeCut(subject.place, fault, size, describeDraws([draw]));
          }
        }
      }
    }),
    law('draws windows of the size that it declares', 'all', async ({ sampler, place }) => {
      const declared = sampler.window;
      if (declared !== undefined && !Array.isArray(declared)) {
        throw windowNotDeclared(place, 'a list of extents as window, or nothing', `${declared}`);
      }
      for (const draw of epochs().flatMap((epoch) => planOf(sampler, epoch, place).flat())) {
        const size = draw.window?.size;
        if (`${size}` !== `${declared}`) {
          const expected = declared === undefined ? undefined : `[${declared.join(', ')}]`;
          throw windowNotDeclared(place, expected, describeDraws([draw]));
        }
      }
    }),
  ];
}

/** Why a window cannot be cut out of an image of a size, or shows nothing of it. */
function windowFault({ origin, size }: Window, image: readonly number[]): string | undefined {
  if (origin?.length !== image.length || size?.length !== image.length) {
    return `the window has not ${image.length} axes`;
  }
  if (!origin.every(Number.isInteger)) return 'the window begins between two pixels';
  if (!size.every((extent) => Number.isInteger(extent) && extent > 0)) {
    return 'an extent of the window is no whole number from 1';
  }
  const beside = image.some((extent, axis) => {
    const from = origin[axis]!;
    return from >= extent || from + size[axis]! <= 0;
  });
  return beside ? 'the window lies beside the image, so that no pixel of it counts' : undefined;
}
