import { writeJson } from './atomicFile.ts';
import { brokenDecision } from './errors.ts';
import { readText } from './recordedFile.ts';
import { unsealed } from './seal.ts';

/** What a rule makes of images, of one class or of all together; null of what no image shows. */
export interface ClassErrors {
  /** Mean Dice of the images with the class. */
  readonly dice: number | null;
  /** Share of the images without it in which any is predicted. */
  readonly alarms: number | null;
  /** Share of the images with it of which no pixel is hit. */
  readonly missed: number | null;
  /** Share of the structures of the truth that no prediction touches. */
  readonly structuresMissed: number | null;
  /** Predicted structures that touch no truth, for each image. */
  readonly falseStructures: number | null;
}

/** More pixels than any structure has: what a search asks of a class that is better never predicted. */
export const NEVER_PREDICTED = 1_000_000_000;

/** Which predicted structures of a class count. */
interface ClassRule {
  /** Fewest pixels; `NEVER_PREDICTED` of a class that was given up. */
  readonly minimumSize: number;
  readonly peak: number;
}

/** What the search chose for one class, and what it changed on the images that it saw. */
export interface FoundClass extends ClassRule {
  readonly before: ClassErrors;
  readonly after: ClassErrors;
  /** On images that the search had not seen: each fifth by what is best on the others; null of one group. */
  readonly crossFitted: ClassErrors | null;
}

/** What a false alarm costs against a miss, as a manifest states it. */
export interface StatedCost {
  readonly alarm: number;
  readonly miss: number;
  readonly per: 'image' | 'structure';
}

/** A rule that could be taken, with what it makes of the images that were searched. */
export interface OperatingChoice {
  readonly threshold: number;
  /** Of a model that judges images. */
  readonly gate?: number;
  readonly classes: Readonly<Record<string, ClassRule>>;
  /** What a miss may cost, in false alarms, for this to be the best; null of a chosen one that never is. */
  readonly missCosts: readonly [least: number, most: number] | null;
  readonly chosen: boolean;
  /** All classes together. */
  readonly errors: ClassErrors;
  readonly crossFitted: ClassErrors | null;
}

/** What was searched on the validation split for one checkpoint. */
export interface FoundDecision {
  /** Epoch of the checkpoint, as its progress counts. */
  readonly epoch: number;
  /** How images were seen, by setting; what was found holds for these settings alone. */
  readonly seen: Readonly<Record<string, unknown>>;
  readonly classes: Readonly<Record<string, FoundClass>>;
  /** Probability of any structure below which nothing is predicted in an image, where it was searched. */
  readonly gate?: number;
  readonly threshold?: number;
  /** The stated cost, with the mean cost of an image before and after. */
  readonly cost?: StatedCost & {
    readonly before: number;
    readonly after: number;
    readonly crossFitted: number | null;
  };
  /** What the curve counts. Both are absent in files of earlier versions. */
  readonly per?: StatedCost['per'];
  /** What else could be taken, from the quietest to that which misses least. */
  readonly curve?: readonly OperatingChoice[];
}

/**
 * decision.json: what was found for each checkpoint (best, last), with the epoch that it is of; `best 2` is what
 * was found for the same weights with other settings.
 */
export interface DecisionFile {
  readonly format: 1;
  readonly checkpoints: Readonly<Record<string, FoundDecision>>;
}

/**
 * Of a folder without the file, no checkpoint.
 *
 * @throws RaremaskError where the file is damaged
 */
export async function readDecisions(path: string): Promise<DecisionFile['checkpoints']> {
  const text = await readText(path);
  if (text === undefined) return {};
  let file: Partial<DecisionFile> | null;
  try {
    file = unsealed(text) as Partial<DecisionFile> | null;
  } catch (error) {
    throw brokenDecision(path, error instanceof Error ? error.message : String(error));
  }
  const { format, checkpoints } = file ?? {};
  if (format === 1 && typeof checkpoints === 'object' && checkpoints !== null) return checkpoints;
  throw brokenDecision(path, 'no checkpoints of format 1');
}

export async function writeDecisions(
  path: string,
  checkpoints: DecisionFile['checkpoints'],
): Promise<void> {
  await writeJson(path, { format: 1, checkpoints } satisfies DecisionFile);
}
