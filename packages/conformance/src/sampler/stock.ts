import {
  type Facts,
  firstForeground,
  type Structure,
  type Survey,
  type SurveyedImage,
} from '@raremask/core';
import { product } from '../trial/batch.ts';
import { notInSurvey } from './faults.ts';

/** The training images that a sampler is tried on. */
export interface Stock {
  /** What it is, for messages. */
  readonly label: string;
  readonly images: readonly StockedImage[];
}

interface StockedImage {
  readonly id: string;
  readonly foreground: boolean;
  /** How its extents differ from those of the other images, along the space axes. */
  readonly stretch: readonly number[];
}

function images(withForeground: number, empty: number): StockedImage[] {
  const list = Array.from({ length: withForeground + empty }, (_, index) => ({
    id: index < withForeground ? `structured-${index}` : `empty-${index - withForeground}`,
    foreground: index < withForeground,
    stretch: [1, 1, 1],
  }));
  // Neither kind stands before the other: every third image comes first, then every third but one.
  return [0, 1, 2].flatMap((start) => list.filter((_, index) => index % 3 === start));
}

/** Images of each kind, more than one batch of them. */
export const MIXED: Stock = {
  label: '14 images, 5 of them with foreground',
  images: images(5, 9),
};

/** Everything that a training split may be. */
export const STOCKS: readonly Stock[] = [
  MIXED,
  { label: 'a single image, with foreground', images: images(1, 0) },
  { label: 'a single image, without foreground', images: images(0, 1) },
  { label: '7 images, none with foreground', images: images(0, 7) },
  { label: '6 images, all with foreground', images: images(6, 0) },
  {
    label: '6 images of several sizes, 3 of them with foreground',
    images: images(3, 3).map((image, index) => ({
      ...image,
      stretch: [
        [1, 1, 1],
        [0.5, 2, 1],
        [0.25, 0.3, 0.5],
      ][index % 3]!,
    })),
  },
  { label: 'no image', images: [] },
];

/** What a run would have counted of these images; every answer is always the same object. */
export function surveyOf({ images }: Stock, facts: Facts): Survey {
  // An image of another split is counted too, and must not be drawn.
  const other: StockedImage = { id: 'validation-0', foreground: true, stretch: [1, 1, 1] };
  const counted = new Map(
    [...images, other].map((image) => [image.id, surveyed(image, facts)] as const),
  );
  const image = (id: string) => {
    const found = counted.get(id);
    if (found === undefined) throw notInSurvey(id);
    return found;
  };
  return {
    train: images.map(({ id }) => id),
    image,
    hasForeground: (id) => image(id).structures.length > 0,
  };
}

function surveyed({ id, foreground, stretch }: StockedImage, facts: Facts): SurveyedImage {
  const extents = facts.space === 2 ? [16, 12] : [6, 16, 12];
  const size = extents.map((extent, axis) => Math.round(extent * stretch[axis]!));
  const first = firstForeground(facts);
  const last = facts.classes.length - 1;
  // One at the border, where a window around it must stick out of the image or be moved.
  const structures: Structure[] = foreground
    ? [
        { class: first, pixels: 6, centre: size.map((extent) => Math.floor(extent / 2)) },
        {
          class: last,
          pixels: 1,
          centre: size.map((extent, axis) => (axis === 0 ? extent - 1 : 0)),
        },
      ]
    : [];
  const classPixels = facts.classes.map((_, index) =>
    structures.reduce(
      (sum, structure) => sum + (structure.class === index ? structure.pixels : 0),
      0,
    ),
  );
  if (first > 0) classPixels[0] = product(size) - 7 * +foreground;
  return {
    id,
    size,
    classPixels,
    ignoredPixels: 0,
    structures,
    structureCount: structures.length,
    intensity: Array.from({ length: facts.channels }, () => ({
      mean: 100,
      meanSquare: 12_000,
      minimum: 0,
      maximum: 255,
    })),
  };
}
