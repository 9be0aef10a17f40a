import type { Census, Facts } from '@raremask/core';
import type { z } from 'zod';
import { noStructure } from '../errors.ts';
import type { smooth } from './options.ts';

/** Pixels added to the numerator and to the denominator of an index, one number for each class. */
export interface Smoothing {
  readonly numerator: number[];
  readonly denominator: number[];
}

/** The terms of a loss that has none. */
export function noSmoothing({ classes }: Facts): Smoothing {
  return { numerator: classes.map(() => 0), denominator: classes.map(() => 0) };
}

/**
 * The smoothing terms of each class. `structure` is the mean size of a structure of the class in the
 * training split (Tilborghs & Bertels 2022); the background, which has no structures, gets 1.
 */
export async function smoothing(
  written: z.output<typeof smooth>,
  facts: Facts,
  takingPart: readonly number[],
  census: () => Promise<Census>,
  where: string,
): Promise<Smoothing> {
  if (written !== 'structure') {
    const { numerator, denominator } =
      typeof written === 'number' ? { numerator: written, denominator: written } : written;
    return {
      numerator: facts.classes.map(() => numerator),
      denominator: facts.classes.map(() => denominator),
    };
  }
  const { classes } = await census();
  const sizes = classes.map(({ name, meanStructure }, index) => {
    const isBackground = !facts.overlapping && index === 0;
    if (takingPart[index] === 0 || isBackground) return 1;
    if (meanStructure === 0) throw noStructure(`${where} smooth`, name);
    return meanStructure;
  });
  return { numerator: sizes, denominator: sizes };
}
