import { type Facts, firstForeground, type Survey } from '@raremask/core';
import { oneClass } from './errors.ts';

/** How often images with foreground, and the classes in them, are drawn. */
export interface ClassBalance {
  /** One weight an image, in the order given. */
  readonly weights: readonly number[];
  /** Draws that one lap over the images has. */
  readonly lap: number;
  /** How often a window is laid around a structure of a class, against the image's other classes. */
  classWeight(classIndex: number): number;
  /** Foreground classes that occur. */
  readonly classes: readonly BalancedClass[];
}

export interface BalancedClass {
  readonly name: string;
  /** Images that have it. */
  readonly images: number;
  /** Share of the draws of images with foreground that have it. */
  readonly drawn: number;
}

/**
 * `repeat-factor`: the images' weights are the largest max(1, sqrt(threshold / f)) of their classes, f
 * the share of the images with foreground that have the class (Gupta, Dollar and Girshick 2019; there f
 * is over all images, empty ones included, so that a balance of classes would change how many empty
 * images are drawn). `inverse-frequency`: as if a class were drawn with equal probability, and then one
 * of its images.
 *
 * @param foreground ids of the images with foreground
 */
export function balanceClasses(
  how: 'repeat-factor' | 'inverse-frequency',
  threshold: number,
  foreground: readonly string[],
  survey: Survey,
  facts: Facts,
): ClassBalance {
  const first = firstForeground(facts);
  const classesOf = foreground.map((id) =>
    survey
      .image(id)
      .classPixels.flatMap((pixels, index) => (index >= first && pixels > 0 ? [index] : [])),
  );
  const images = facts.classes.map(
    (_, index) => classesOf.filter((classes) => classes.includes(index)).length,
  );
  const counted = facts.classes.flatMap(({ name }, index) =>
    index >= first ? [{ name, images: images[index]! }] : [],
  );
  if (counted.filter((one) => one.images > 0).length < 2) throw oneClass(how, counted);
  const repeats = (index: number) =>
    Math.max(1, Math.sqrt((threshold * foreground.length) / images[index]!));
  const classWeight = (index: number) =>
    how === 'repeat-factor' ? repeats(index) : 1 / images[index]!;
  const weights = classesOf.map((classes) => {
    const own = classes.map(classWeight);
    return how === 'repeat-factor' ? Math.max(...own) : own.reduce((sum, weight) => sum + weight);
  });
  const total = weights.reduce((sum, weight) => sum + weight);
  return {
    weights,
    lap: how === 'repeat-factor' ? Math.ceil(total - ROUNDING) : foreground.length,
    classWeight,
    classes: facts.classes.flatMap(({ name }, index) => {
      if (index < first || images[index] === 0) return [];
      const having = weights.filter((_, image) => classesOf[image]!.includes(index));
      const drawn = having.reduce((sum, weight) => sum + weight) / total;
      return [{ name, images: images[index]!, drawn }];
    }),
  };
}

/** Keeps a sum of ones from being more than their number. */
const ROUNDING = 1e-9;
