import type { LabResult } from './result.ts';
import type { SizeTrial } from './trial.ts';
import { balance, type Finding, heardBesideEmpty, short } from './verdict.ts';

/**
 * What to do about a loss, in two sentences: the first says what to change, the second why.
 *
 * A larger smoothing is never advised: it pays for predicting nothing, which has a verdict of its own.
 */
export function advice([finding]: readonly Finding[], trials: readonly SizeTrial[]): string {
  const [trial] = trials as [SizeTrial];
  switch (finding!.verdict) {
    case 'unbounded':
      return 'Choose an exponent of at least 1, and set `train.clip: 1`. A single pixel of an empty image can throw a training off.';
    case 'constant':
      return trial.values[3] < 1e-6
        ? 'Put @raremask/loss-ce beside this loss, or leave empty images out of the training on purpose. They teach nothing here, so false alarms on them stay.'
        : 'Set `empty: cross-entropy`, or `empty: ignore` with @raremask/loss-ce beside it. Empty images cost the same whatever is predicted on them, so they teach nothing.';
    case 'silent':
      if (finding!.deafTo === 'missed pixels') {
        return 'Put a loss beside it that hears misses, such as @raremask/loss-dice or @raremask/loss-ce. A structure that is missed altogether is hardly heard, so the network may learn to predict background only.';
      }
      return 'Put @raremask/loss-ce beside this loss, or set `empty: cross-entropy` where it has that. False alarms on empty images are hardly heard, so they stay.';
    case 'pays for nothing':
      return 'Put @raremask/loss-ce beside this loss; of Dice, set `smooth: 1.0e-5`, which guards against 0/0 and no more. A network that does not see the structures yet lowers this loss by predicting nothing, on images with a structure as well.';
    case 'cliff':
      return 'Set `empty: cross-entropy`, or `empty: ignore` with @raremask/loss-ce beside it. One false pixel costs as much as many, so a network cannot mend them one by one.';
    case 'depends on the batch':
      return heardBesideEmpty(trial)
        ? 'Keep it, with batches of more than one image, and compare loss values at one batch size only. What an empty image teaches depends on the images beside it; a batch of empty images is heard too.'
        : 'Keep images with foreground in every batch (`atLeast: 1` in @raremask/sampler), or put @raremask/loss-ce beside it. What an empty image teaches depends on the images beside it, and a batch of empty images may teach nothing.';
    case 'depends on image size':
      return 'Train and tune at one window size, or put @raremask/loss-ce beside it. The larger the image, the less a false alarm on an empty one is heard, by more than a mean over pixels explains.';
    case 'fine': {
      const heard = balance(trial)!;
      return heard < 0.1 || heard > 10
        ? `Weigh the foreground class if misses matter more, or show fewer empty images. Both kinds of error are heard, a false pixel ${short(heard)} times as much as a missed one.`
        : 'Use it as it is; with very rare foreground set the last bias by the foreground share, and sample images with foreground more often. Both kinds of error are heard, on empty images as well.';
    }
  }
}

/**
 * What to do about a set of losses, in two sentences.
 *
 * @param together whether they are the terms of one training, with their sum first where there are several
 */
export function overallAdvice(results: readonly LabResult[], together: boolean): string {
  const [first] = results;
  if (first === undefined)
    return 'There is no loss to be tried. Install one, for example @raremask/loss-dice.';
  if (together || results.length === 1) return first.advice;
  const deaf = results.filter(({ verdict }) => verdict !== 'fine').map(({ name }) => name);
  if (deaf.length === results.length) {
    return 'None of these hears both kinds of error on images without foreground by itself. Put @raremask/loss-ce beside one of them, or choose another policy for `empty`.';
  }
  return deaf.length === 0
    ? 'All of these hear false alarms on empty images and missed structures. Choose by the scores on the data at hand; Dice with cross-entropy is the safest start.'
    : `${results.length - deaf.length} of ${results.length} are fine on images without foreground by themselves. Read what is said of the others before you train with them alone: ${deaf.join(', ')}.`;
}
