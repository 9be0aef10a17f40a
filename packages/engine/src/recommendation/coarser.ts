import type { Inspection } from '@raremask/record';
import type { TrainingFigures } from './figures.ts';
import { WINDOW_SIDES } from './windowSides.ts';

/** A resolution that may be chosen. */
export interface Coarseness {
  /** Of both sides of an image. */
  readonly factor: number;
  /**
   * Share of the structures with at least 4 pixels at the images' own resolution that have as many here: of
   * the class that loses the most.
   */
  readonly kept: number;
  /**
   * Dice that masks have with themselves when they are brought here and back, of the class that loses the most;
   * undefined where none was tried.
   */
  readonly dice?: number | undefined;
}

/** One that was chosen without a budget. */
export interface Coarser extends Coarseness {
  /** Of the images at their own resolution. */
  readonly own: Pick<TrainingFigures, 'medianSize' | 'structureExtent'>;
}

type Resolutions = NonNullable<Inspection['resolutions']>;

/** Share of these structures that a coarser resolution must keep. */
const KEPT = 0.95;
/** Sides of images up to which nothing is gained: a step sees most of them. */
const SMALL = 256;
/** Pixels of an image up to which a look at a whole one takes a fraction of a second on a CPU. */
const LOOK = 512 ** 2;
/**
 * Pixels of a structure whose outline a grid still draws: masks of discs, brought to half or a quarter and back, have a
 * Dice of 0.95 with themselves where 50 pixels are seen of them, 0.92 at 25, and 0.82 at 4.
 */
const DRAWN = 50;
/** The same of what is thin, for which the pixels say little. */
const DRAWN_DICE = 0.9;

/** Share of the pixels of which a coarser resolution has at most as many, or it is not worth its loss. */
const PAYS = 0.5;

/**
 * What may be chosen of the resolutions that were inspected. At the images' own, masks lose nothing.
 *
 * @param resolutions the images' own first; none of volumes
 */
export function coarsenessOf([own, ...coarser]: Resolutions): Coarseness[] {
  const keptOf = (classes: Resolutions[number]['classes']) =>
    classes.flatMap(({ kept }, index) => {
      const whole = own!.classes[index]!.kept ?? 0;
      return whole === 0 ? [] : [kept! / whole];
    });
  return [
    { factor: 1, kept: 1, dice: 1 },
    ...coarser.map(({ factor, classes }) => {
      const tried = classes.flatMap(({ dice }) => dice ?? []);
      const dice = tried.length === 0 ? undefined : Math.min(...tried);
      return { factor, kept: Math.min(1, ...keptOf(classes)), dice };
    }),
  ];
}

/** Whether a resolution keeps enough of each class to be chosen. */
export function keepsEnough({ factor, kept }: Coarseness): boolean {
  return factor === 1 || kept >= KEPT;
}

/**
 * Chooses by what images hold alone, without measuring: the finest resolution at which a window shows a
 * typical structure with its surroundings, and a whole image is quickly looked at; of those at which each
 * class keeps its structures, and the median one of each class an outline. Undefined where that is the
 * images' own, or coarser ones do not come nearer to it.
 *
 * @param resolutions the finest first
 */
export function withoutBudget(
  figures: TrainingFigures,
  resolutions: readonly Coarseness[],
): Coarser | undefined {
  const { space, medianSize, structureExtent, structureReach, classes } = figures;
  if (space !== 2 || Math.max(...medianSize) <= SMALL) return undefined;
  const found = classes.filter(({ medianStructure }) => medianStructure > 0);
  if (found.length === 0) return undefined;
  const smallest = Math.min(...found.map(({ medianStructure }) => medianStructure));
  const pixels = medianSize.reduce((all, extent) => all * extent, 1);
  const isEnough = ({ factor }: Coarseness) =>
    2 * structureReach * factor <= WINDOW_SIDES[2].most && pixels * factor ** 2 <= LOOK;
  const able = resolutions.filter(
    (one) =>
      one.factor === 1 ||
      (one.factor ** 2 <= PAYS &&
        keepsEnough(one) &&
        smallest * one.factor ** 2 >= DRAWN &&
        (one.dice ?? 1) >= DRAWN_DICE),
  );
  const chosen = able.find(isEnough) ?? able.at(-1);
  return chosen === undefined || chosen.factor === 1
    ? undefined
    : { ...chosen, own: { medianSize, structureExtent } };
}
