/** One class of the task, in the order of the class axis. */
export interface ClassFact {
  readonly name: string;
  /** The value that stands for the class in a mask file, and that predictions are written with. */
  readonly value: number;
}

/**
 * What a data set is about.
 *
 * Exclusive classes: every pixel has exactly one class, class 0 is the background, probabilities
 * are a softmax. Overlapping classes: every class is a yes or no of its own, there is no background
 * class, probabilities are sigmoids.
 */
export interface DatasetFacts {
  /** Number of space axes: 2 for images, 3 for volumes. */
  readonly space: 2 | 3;
  /** Channels of an image. */
  readonly channels: number;
  readonly classes: readonly ClassFact[];
  readonly overlapping: boolean;
  /** Size of a pixel along each space axis, in millimetres, where it is known. */
  readonly spacing?: readonly number[];
  /** What must be said wherever results are shown, for example that the images are synthetic. */
  readonly remark?: string;
}

/** The facts of a run: those of its data set. Injected into plugins, never repeated as options. */
export type Facts = DatasetFacts;

/** Index of the first class that is not background. */
export function firstForeground(facts: Facts): number {
  return facts.overlapping ? 0 : 1;
}
