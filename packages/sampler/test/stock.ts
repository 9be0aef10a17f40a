import type { Draw, Facts, Structure, Survey, SurveyedImage } from '@raremask/core';
import { createRandom } from '@raremask/core/host';
import { options } from '../src/options.ts';
import { type Planned, planSampler } from '../src/sampler.ts';

export interface ImageFact {
  readonly id: string;
  readonly size?: readonly number[];
  readonly structures?: readonly Structure[];
}

/** A survey of images of [16, 16] unless they say otherwise; those with structures have foreground. */
export function surveyOf(images: readonly ImageFact[]): Survey {
  const facts = new Map(
    images.map(({ id, size = [16, 16], structures = [] }): [string, SurveyedImage] => [
      id,
      {
        id,
        size,
        structures,
        structureCount: structures.length,
        classPixels: [0, 1, 2, 3].map(
          (index) => structures.filter((one) => one.class === index).length,
        ),
        ignoredPixels: 0,
        intensity: [],
      },
    ]),
  );
  return {
    train: [...facts.keys()],
    image: (id) => facts.get(id)!,
    hasForeground: (id) => facts.get(id)!.structures.length > 0,
  };
}

/** `foreground` images f0, f1, ... with one structure, and `empty` images e0, e1, ... without. */
export function images(foreground: number, empty: number): ImageFact[] {
  return [
    ...Array.from({ length: foreground }, (_, index) => ({
      id: `f${index}`,
      structures: [structure([8, 8])],
    })),
    ...Array.from({ length: empty }, (_, index) => ({ id: `e${index}` })),
  ];
}

export function structure(centre: readonly number[], classIndex = 1): Structure {
  return { class: classIndex, pixels: 1, centre };
}

function factsOf(space: number): Facts {
  return {
    space: space as 2 | 3,
    channels: 1,
    classes: ['background', 'a', 'b', 'c'].map((name, value) => ({ name, value })),
    overlapping: false,
  };
}

export function plan(
  chosen: object,
  list: readonly ImageFact[],
  { batch = 4, seed = 0, space = 2, warnings = [] as string[] } = {},
): Planned {
  return planSampler(options.parse(chosen), {
    survey: surveyOf(list),
    batchSize: batch,
    facts: factsOf(space),
    random: createRandom(seed),
    warn: (text) => warnings.push(text),
  });
}

export function epoch({ sampler }: Planned, index = 0): (readonly Draw[])[] {
  return [...sampler.batches(index)];
}

export function epochs(planned: Planned, count: number): (readonly Draw[])[] {
  return Array.from({ length: count }, (_, index) => epoch(planned, index)).flat();
}

export function withForeground(batch: readonly Draw[]): number {
  return batch.filter(({ id }) => id.startsWith('f')).length;
}

/** How often each value occurs. */
export function counts<T>(values: Iterable<T>): Map<T, number> {
  const result = new Map<T, number>();
  for (const value of values) result.set(value, (result.get(value) ?? 0) + 1);
  return result;
}
