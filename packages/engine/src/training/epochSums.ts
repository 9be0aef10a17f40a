import { KINDS } from '@raremask/core';
import type { MadeAugmentation } from '../augment/makeAugmentations.ts';
import type { BatchCounts } from '../reading/plan.ts';
import type { EpochSums } from '../record/checkpointHead.ts';
import type { StepResult } from '../runner/runner.ts';

export const NOTHING_DONE: EpochSums = {
  batches: 0,
  updates: 0,
  images: 0,
  loss: 0,
  terms: [],
  gradientNorm: 0,
  masks: 0,
  emptied: 0,
  pasted: 0,
  waited: 0,
  seconds: 0,
};

/** What one batch adds to the sums of its epoch. */
interface DoneBatch {
  readonly batch: BatchCounts;
  readonly result: StepResult;
  /** Seconds that the step waited for its batch. */
  readonly waited: number;
  /** Seconds of the epoch so far. */
  readonly seconds: number;
}

export function plus(sums: EpochSums, done: DoneBatch): EpochSums {
  const { loss, terms, gradientNorm } = done.result;
  return {
    batches: sums.batches + 1,
    updates: sums.updates + (gradientNorm === null ? 0 : 1),
    images: sums.images + done.batch.draws.length,
    loss: sums.loss + loss,
    terms: terms.map((term, index) => (sums.terms[index] ?? 0) + term),
    gradientNorm: sums.gradientNorm + (gradientNorm ?? 0),
    masks: sums.masks + done.batch.masks,
    emptied: sums.emptied + done.batch.emptied,
    pasted: sums.pasted + done.batch.pasted,
    waited: sums.waited + done.waited,
    seconds: done.seconds,
  };
}

/** Means over the batches of an epoch; of the gradient's norm over its updates. */
export function means({ batches, updates, loss, terms, gradientNorm }: EpochSums) {
  return {
    loss: loss / batches,
    terms: terms.map((term) => term / batches),
    // Where every gradient has overflowed, none was taken.
    gradientNorm: updates === 0 ? 0 : gradientNorm / updates,
  };
}

/** Share of the masks of an epoch that augmentation may empty without a word. */
const EMPTIED_SHARE = 0.05;

/** What makes a standard augmentation hide or move out less. */
const GENTLER: Readonly<Record<string, string>> = {
  cutout: 'lower the size of',
  elastic: 'lower the strength of',
  scale: 'lower the end (to) of',
  turn: 'lower the degrees of',
};

/**
 * What is said where augmentation has left too many windows without their foreground.
 *
 * @param augmentations those of the run: standard ones that leave foreground where it is are not to blame
 */
export function emptiedNote(
  { emptied, masks }: EpochSums,
  augmentations: readonly Pick<MadeAugmentation, 'name' | 'where'>[],
): string | undefined {
  if (emptied <= EMPTIED_SHARE * masks) return undefined;
  const { names } = KINDS.augmentation;
  const advice = augmentations.flatMap(({ name, where }) => {
    if (GENTLER[name] !== undefined) return [`${GENTLER[name]} ${where}`];
    return Object.hasOwn(names, name) ? [] : [`look at what ${where} does`];
  });
  const ways = [...advice, 'take larger windows'].join(', or ');
  return `augmentation left ${emptied} of ${masks} windows with foreground without any; ${ways}`;
}
