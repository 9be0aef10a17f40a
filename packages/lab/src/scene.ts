import { type Facts, firstForeground } from '@raremask/core';
import { tf } from '@raremask/tfjs';

/** One image with its prediction, of which only one foreground class is of interest. */
export interface Picture {
  /** [height, width] */
  readonly size: readonly [number, number];
  /** Probability of the class where nothing else is said. */
  readonly haze: number;
  /** Pixels without truth that are predicted with `FALSE_PROBABILITY`, a block in a corner. */
  readonly falsePixels: number;
  /** Pixels of the true structure, a block in the middle; 0: the mask is empty. */
  readonly structure: number;
  /** Probability of the class on the structure. */
  readonly found: number;
}

/** How sure the network is of a false pixel. */
export const FALSE_PROBABILITY = 0.9;
/** How sure it is of the pixels of a structure that it misses. */
export const MISSED_PROBABILITY = 0.1;
/** The logit of classes that are not looked at: a probability of 1e-6. */
const ABSENT = -13.8;

/** Tensors of some pictures of one size, and where their marked pixels lie. */
export interface Scene {
  readonly facts: Facts;
  readonly images: number;
  readonly logits: Float32Array;
  readonly target: Float32Array;
  /** [images, height, width, classes] */
  readonly shape: readonly [number, number, number, number];
  /** Index into the logits of the class of a false pixel of the first picture that has one. */
  readonly falsePixel: number | undefined;
  /** Index into the logits of the class of a pixel of the first structure. */
  readonly structurePixel: number | undefined;
}

export function scene(facts: Facts, pictures: readonly Picture[]): Scene {
  const [{ size }] = pictures as [Picture];
  const [height, width] = size;
  const classes = facts.classes.length;
  const looked = firstForeground(facts);
  const pixels = height * width;
  const logits = new Float32Array(pictures.length * pixels * classes).fill(ABSENT);
  const target = new Float32Array(logits.length);
  let falsePixel: number | undefined;
  let structurePixel: number | undefined;
  for (const [image, picture] of pictures.entries()) {
    const alarm = block(picture.falsePixels, [2, 2], size);
    const truth = block(picture.structure, [height >> 1, width >> 1], size);
    for (let pixel = 0; pixel < pixels; pixel++) {
      const at = (image * pixels + pixel) * classes;
      const probability = truth.has(pixel)
        ? picture.found
        : alarm.has(pixel)
          ? FALSE_PROBABILITY
          : picture.haze;
      logits[at + looked] = Math.log(probability / (1 - probability));
      if (!facts.overlapping) logits[at] = 0;
      if (truth.has(pixel)) target[at + looked] = 1;
      else if (!facts.overlapping) target[at] = 1;
    }
    const index = (pixel: number) => (image * pixels + pixel) * classes + looked;
    const [firstAlarm] = alarm;
    const [firstTruth] = truth;
    if (firstAlarm !== undefined) falsePixel ??= index(firstAlarm);
    if (firstTruth !== undefined) structurePixel ??= index(firstTruth);
  }
  return {
    facts,
    images: pictures.length,
    logits,
    target,
    shape: [pictures.length, height, width, classes],
    falsePixel,
    structurePixel,
  };
}

/** So many pixels in rows of a square, from a corner on; the square is moved into the image. */
function block(
  count: number,
  [top, left]: readonly [number, number],
  [height, width]: readonly [number, number],
): Set<number> {
  const side = Math.ceil(Math.sqrt(count));
  const fromRow = Math.max(0, Math.min(top, height - side));
  const fromColumn = Math.max(0, Math.min(left, width - side));
  return new Set(
    Array.from({ length: count }, (_, index) => {
      const row = fromRow + Math.floor(index / side);
      return row * width + fromColumn + (index % side);
    }),
  );
}

/** The scene as tensors: logits, target [images, height, width, classes], weight 1 everywhere. */
export function tensors({ logits, target, shape }: Scene): {
  readonly logits: tf.Tensor;
  readonly target: tf.Tensor;
  readonly weight: tf.Tensor;
} {
  return {
    logits: tf.tensor(logits, [...shape]),
    target: tf.tensor(target, [...shape]),
    weight: tf.ones([shape[0], shape[1], shape[2], 1]),
  };
}
