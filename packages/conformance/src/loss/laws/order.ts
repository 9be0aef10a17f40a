import { firstForeground } from '@raremask/core';
import { createRandom } from '@raremask/core/host';
import {
  type Batch,
  product,
  randomBatch,
  withClasses,
  withImages,
  withPixels,
} from '../../trial/batch.ts';
import { type Law, law } from '../../trial/law.ts';
import { make } from '../../trial/make.ts';
import {
  dependsOnClassOrder,
  dependsOnNeighbours,
  dependsOnPosition,
  permutedBatch,
  volumeDiffers,
} from '../faults.ts';
import { evaluated, type LossSubject, place, random, SEED } from '../subject.ts';
import { type LossKnowledge, nearness } from './law.ts';

/** Images, pixels, axes and classes in another order. */
export function orderLaws({
  tolerance,
  local,
  alike,
  everyTask,
}: LossKnowledge): readonly Law<LossSubject>[] {
  const { near, nearGradient } = nearness(tolerance);
  return [
    law('gives a batch in another order its values in that order', async (subject) => {
      const batch = random(subject);
      const order = [2, 0, 1];
      const { values } = await evaluated(subject, batch);
      const moved = await evaluated(subject, withImages(batch, order));
      const scalar = values.length === 1;
      const other = near(moved.values, scalar ? values : order.map((image) => values[image]!));
      if (other) throw permutedBatch(place(subject, batch), other);
    }),
    law('depends on neighbours in the batch only where it says so', async (subject) => {
      if (subject.pools) return;
      const batch = random(subject);
      const { values, gradient } = await evaluated(subject, batch);
      const perImage = gradient.length / batch.images;
      for (let image = 0; image < batch.images; image++) {
        const alone = await evaluated(subject, withImages(batch, [image]));
        const other =
          near([values[image]!], alone.values) ??
          nearGradient(gradient.slice(image * perImage, (image + 1) * perImage), alone.gradient);
        if (other) throw dependsOnNeighbours(place(subject, batch), image, other);
      }
    }),
    local
      ? law('does not depend on where in the image a pixel lies', async (subject) => {
          const batch = random(subject);
          const pixels = product(batch.size);
          const order = createRandom(SEED).shuffle(Array.from({ length: pixels }, (_, at) => at));
          const { batch: moved } = withPixels(batch, batch.size, () => order);
          const one = await evaluated(subject, batch);
          const other = near((await evaluated(subject, moved)).values, one.values);
          if (other) throw dependsOnPosition(place(subject, batch), other);
        })
      : law('gives a mirrored image the same value', async (subject) => {
          const batch = random(subject);
          const one = await evaluated(subject, batch);
          for (const axis of batch.size.keys()) {
            const { batch: moved } = withPixels(batch, batch.size, () =>
              mirrored(batch.size, axis),
            );
            const other = near((await evaluated(subject, moved)).values, one.values);
            if (other) throw dependsOnPosition(place(subject, batch), other);
          }
        }),
    ...(local && everyTask
      ? [
          law<LossSubject>(
            'gives a volume the value of an image with the same pixels',
            async (subject) => {
              if (subject.facts.space === 3) return;
              const batch = randomBatch(subject.facts, SEED, [4, 6]);
              const volume: Batch = {
                ...batch,
                size: [2, 2, 6],
                facts: { ...subject.facts, space: 3 },
                label: `${batch.label} as [2, 2, 6] instead of [4, 6]`,
              };
              const { product: loss, dispose } = await make(
                subject.plugin,
                subject.written,
                volume,
              );
              const flat = await evaluated(subject, batch);
              const deep = await evaluated({ ...subject, loss }, volume);
              await dispose();
              const other = near(deep.values, flat.values);
              if (other) throw volumeDiffers(place(subject, volume), other);
            },
          ),
        ]
      : []),
    ...(alike
      ? [
          law<LossSubject>('treats foreground classes alike', async (subject) => {
            const first = firstForeground(subject.facts);
            const classes = [...subject.facts.classes.keys()];
            if (classes.length - first < 2) return;
            const order = [...classes.slice(0, first), ...classes.slice(first).toReversed()];
            const batch = random(subject);
            const moved = withClasses(batch, order);
            const { product: loss, dispose } = await make(subject.plugin, subject.written, moved);
            const one = await evaluated(subject, batch);
            const two = await evaluated({ ...subject, loss }, moved);
            await dispose();
            const other = near(two.values, one.values);
            if (other) throw dependsOnClassOrder(place(subject, batch), other);
          }),
        ]
      : []),
  ];
}

function mirrored(size: readonly number[], axis: number): readonly number[] {
  const inner = product(size.slice(axis + 1));
  const extent = size[axis]!;
  return Array.from({ length: product(size) }, (_, at) => {
    const along = Math.floor(at / inner) % extent;
    return at + (extent - 1 - 2 * along) * inner;
  });
}
