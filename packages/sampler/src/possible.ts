import type { Survey } from '@raremask/core';
import {
  leastAboveBatch,
  leastAboveImages,
  noEmptyImages,
  noForeground,
  noImages,
  shareBelowLeast,
  sizesDiffer,
  windowRank,
} from './errors.ts';
import { keptShare, type SamplerOptions } from './options.ts';
import { endShares, mostOf } from './share.ts';

/** Throws where so many images do not allow what is asked for. */
export function requirePossible(
  options: SamplerOptions,
  { batchSize, space }: { readonly batchSize: number; readonly space: number },
  foreground: number,
  empty: number,
): void {
  const { atLeast, window } = options;
  const images = foreground + empty;
  if (images === 0) throw noImages();
  if (window !== undefined && window.length !== space) throw windowRank(window, space);
  if (atLeast > batchSize) throw leastAboveBatch(atLeast, batchSize);
  const asked = foregroundSetting(options);
  if (foreground === 0 && asked !== undefined) throw noForeground(asked, images);
  if (atLeast > foreground) throw leastAboveImages(atLeast, foreground, images);
  if (options.foreground !== 'natural') {
    for (const share of endShares(options.foreground)) {
      if (atLeast > share * batchSize + ROUNDING) throw shareBelowLeast(share, atLeast, batchSize);
      if (share < 1 && empty === 0) {
        throw noEmptyImages(`foreground: ${JSON.stringify(options.foreground)}`, images);
      }
    }
  }
  if (options.hardNegatives && empty === 0) throw noEmptyImages('hardNegatives', images);
}

/** Throws where whole images do not fit into one batch. */
export function requireOneSize(survey: Survey): void {
  if (survey.filledTo !== undefined) return;
  const [first, ...others] = survey.train;
  const { size } = survey.image(first!);
  const odd = others.find((id) =>
    survey.image(id).size.some((extent, axis) => extent !== size[axis]),
  );
  if (odd !== undefined) {
    throw sizesDiffer({ id: first!, size }, { id: odd, size: survey.image(odd).size });
  }
}

/** The setting that asks for images with foreground, if any does. */
function foregroundSetting(options: SamplerOptions): string | undefined {
  const { foreground, atLeast, classBalance, centred, emptyImages } = options;
  if (foreground !== 'natural' && mostOf(foreground) > 0) {
    return `foreground: ${JSON.stringify(foreground)}`;
  }
  if (atLeast > 0) return `atLeast: ${atLeast}`;
  if (classBalance !== undefined) return `classBalance: ${classBalance}`;
  if (mostOf(centred) > 0) return `centred: ${JSON.stringify(centred)}`;
  const leavesOut = Math.min(...endShares(keptShare(emptyImages))) === 0;
  return leavesOut ? `emptyImages: ${JSON.stringify(emptyImages)}` : undefined;
}

/** Keeps 5 x 0.6 from being less than 3. */
const ROUNDING = 1e-9;
