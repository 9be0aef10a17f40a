import { type Facts, firstForeground } from '@raremask/core';
import { createRandom } from '@raremask/core/host';

/** One batch as plain numbers, channels last. */
export interface Batch {
  /** What it is, for messages. */
  readonly label: string;
  readonly facts: Facts;
  readonly images: number;
  readonly size: readonly number[];
  /** [images, ...size, classes] */
  readonly logits: readonly number[];
  /** Shaped like the logits, 0 or 1. */
  readonly target: readonly number[];
  /** [images, ...size] */
  readonly weight: readonly number[];
}

export function product(extents: readonly number[]): number {
  return extents.reduce((result, extent) => result * extent, 1);
}

/** Space of small test images: no two axes are as long as each other or as the class axis. */
function smallSize(facts: Facts): readonly number[] {
  return facts.space === 2 ? [5, 6] : [2, 5, 6];
}

/** A batch of random logits, weights, and rare truth. Every second image has no foreground. */
export function randomBatch(facts: Facts, seed: number, size = smallSize(facts)): Batch {
  const images = 3;
  const random = createRandom(seed);
  const perImage = product(size);
  const pixels = images * perImage;
  const first = firstForeground(facts);
  const target = Array.from({ length: pixels }, (_, pixel) => {
    const image = Math.floor(pixel / perImage);
    const hasForeground = image % 2 === 0;
    const drawn = facts.classes.map((_, index) => {
      // The first pixels of an image with foreground have one of each class.
      const certain = pixel % perImage === index - first;
      return hasForeground && (certain || random.next() < 0.2) ? 1 : 0;
    });
    return facts.overlapping ? drawn : oneHot(drawn.indexOf(1, first), facts);
  }).flat();
  return {
    label: `a random batch (seed ${seed})`,
    facts,
    images,
    size,
    logits: target.map(() => 1.5 * random.normal()),
    target,
    weight: Array.from({ length: pixels }, () => 0.5 + random.next()),
  };
}

/** One-hot for a class, all zero for no class; exclusive classes have the background instead. */
export function oneHot(index: number, facts: Facts): number[] {
  const label = index < 0 && !facts.overlapping ? 0 : index;
  return facts.classes.map((_, position) => +(position === label));
}

/** A batch in which each pixel of one image has a class (-1: none) and margins towards a class. */
export function drawnBatch(
  label: string,
  facts: Facts,
  size: readonly number[],
  truth: readonly number[],
  predicted: readonly number[],
  margin: number | readonly number[],
): Batch {
  const marginOf = (pixel: number) => (typeof margin === 'number' ? margin : margin[pixel]!);
  return {
    label,
    facts,
    images: 1,
    size,
    target: truth.flatMap((index) => oneHot(index, facts)),
    logits: predicted.flatMap((index, pixel) =>
      oneHot(index, facts).map(
        (one) => marginOf(pixel) * (one - 0.5) * (facts.overlapping ? 2 : 1),
      ),
    ),
    weight: truth.map(() => 1),
  };
}

/** Takes pixels, each image the same ones, for example to copy or leave out some. */
export function withPixels(
  batch: Batch,
  size: readonly number[],
  chosen: (image: number) => readonly number[],
): { readonly batch: Batch; readonly from: readonly number[] } {
  const classes = batch.facts.classes.length;
  const perImage = product(batch.size);
  const pixels = Array.from({ length: batch.images }, (_, image) =>
    chosen(image).map((pixel) => image * perImage + pixel),
  ).flat();
  const from = pixels.flatMap((pixel) =>
    Array.from({ length: classes }, (_, index) => pixel * classes + index),
  );
  return {
    batch: {
      ...batch,
      size,
      logits: from.map((index) => batch.logits[index]!),
      target: from.map((index) => batch.target[index]!),
      weight: pixels.map((pixel) => batch.weight[pixel]!),
    },
    from,
  };
}

/** A batch made of some images of another one. */
export function withImages(batch: Batch, order: readonly number[]): Batch {
  const pixels = product(batch.size);
  const pick = (values: readonly number[], perPixel: number) =>
    order.flatMap((image) =>
      values.slice(image * pixels * perPixel, (image + 1) * pixels * perPixel),
    );
  const classes = batch.facts.classes.length;
  return {
    ...batch,
    images: order.length,
    logits: pick(batch.logits, classes),
    target: pick(batch.target, classes),
    weight: pick(batch.weight, 1),
  };
}

/** The same batch with its classes in another order. */
export function withClasses(batch: Batch, order: readonly number[]): Batch {
  const classes = order.length;
  const reorder = (values: readonly number[]) =>
    values.map((_, index) => values[index - (index % classes) + order[index % classes]!]!);
  return {
    ...batch,
    facts: { ...batch.facts, classes: order.map((index) => batch.facts.classes[index]!) },
    logits: reorder(batch.logits),
    target: reorder(batch.target),
  };
}
