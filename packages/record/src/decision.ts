import { writeJson } from './atomicFile.ts';
import { brokenDecision } from './errors.ts';
import { readText } from './recordedFile.ts';

/** Dice where the class is there, and the share of the other images with a false alarm; null of none. */
export interface ClassErrors {
  readonly dice: number | null;
  readonly alarms: number | null;
}

/** What the search chose for one class, and what it changed on the images that it saw. */
export interface FoundClass {
  readonly minimumSize: number;
  readonly peak: number;
  readonly before: ClassErrors;
  readonly after: ClassErrors;
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
}

/** decision.json: what was found for each checkpoint (best, last), with the epoch that it is of. */
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
  try {
    const file = JSON.parse(text) as DecisionFile;
    if (file.format === 1 && typeof file.checkpoints === 'object') return file.checkpoints;
  } catch {
    // Damaged, as below.
  }
  throw brokenDecision(path);
}

export async function writeDecisions(
  path: string,
  checkpoints: DecisionFile['checkpoints'],
): Promise<void> {
  await writeJson(path, { format: 1, checkpoints } satisfies DecisionFile);
}
