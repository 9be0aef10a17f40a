import type { Census, ClassCensus, Facts } from '@raremask/core';
import { numbersByClass, weightsByClass } from '@raremask/core/loss';
import { z } from 'zod';
import { nothingCounted } from './errors.ts';

const RULES = ['inverse', 'median-frequency', 'effective-number'] as const;

/** Shares of pixels after which one more tells little new (Cui 2019): a million pixels. */
const EFFECTIVE_LIMIT = 1e6;

export const classWeightsOption = z
  .union([z.record(z.string(), z.number().min(0)), z.array(z.number().min(0)), z.enum(RULES)])
  .optional()
  .describe(
    'How many times a pixel of each class counts: a map from class name to number (others count once), a list in the order of the classes, or a rule that takes them from the class frequencies of the training split: `inverse`, `median-frequency` or `effective-number`',
  );

/**
 * How many times a pixel counts by its truth. Exclusive classes: by its class. Overlapping classes:
 * for each class, where it is there and where it is not.
 */
export interface ClassWeights {
  readonly present: readonly number[];
  /** Overlapping classes only; all 1 otherwise. */
  readonly absent: readonly number[];
}

type Written = z.output<typeof classWeightsOption>;

/** The weights of the classes in the order of the class axis; undefined where all are 1. */
export async function classWeights(
  written: Written,
  facts: Facts,
  census: () => Promise<Census>,
  where: string,
): Promise<ClassWeights | undefined> {
  if (written === undefined) return undefined;
  const ones = facts.classes.map(() => 1);
  if (typeof written !== 'string') {
    const names = facts.classes.map(({ name }) => name);
    const present = facts.overlapping
      ? numbersByClass(written, names, 1, where)
      : weightsByClass(written, names, where);
    return { present, absent: ones };
  }
  const counted = await census();
  if (counted.pixels === 0) throw nothingCounted(where);
  if (!facts.overlapping) {
    return { present: balanced(written, counted.classes, counted), absent: ones };
  }
  const pairs = counted.classes.map((present) =>
    balanced(written, [present, absence(present, counted)], counted),
  );
  return { present: pairs.map(([first]) => first!), absent: pairs.map(([, second]) => second!) };
}

/** What there is of pixels without the class, counted as if that were a class of its own. */
function absence(present: Frequency, counted: Census): Frequency {
  return { pixels: counted.pixels - present.pixels, images: counted.images };
}

type Frequency = Pick<ClassCensus, 'pixels' | 'images'>;

/**
 * Weights by a rule, scaled so that the mean weight of a training pixel is 1. A class that never
 * occurs gets the weight of the rarest one that does.
 */
function balanced(
  rule: (typeof RULES)[number],
  classes: readonly Frequency[],
  { pixels, images }: Census,
): readonly number[] {
  const perImage = pixels / images;
  const frequencies = classes.map(
    (frequency) =>
      ({
        inverse: frequency.pixels / pixels,
        // Eigen & Fergus 2015: among the pixels of the images that have the class.
        'median-frequency': frequency.pixels / (frequency.images * perImage),
        'effective-number': 1 - (1 - 1 / EFFECTIVE_LIMIT) ** frequency.pixels,
      })[rule],
  );
  const raw = classes.map((frequency, index) =>
    frequency.pixels === 0 ? 0 : 1 / frequencies[index]!,
  );
  const largest = Math.max(...raw);
  const mean = classes.reduce(
    (sum, frequency, index) => sum + (raw[index]! * frequency.pixels) / pixels,
    0,
  );
  return raw.map((weight) => (weight === 0 ? largest : weight) / mean);
}
