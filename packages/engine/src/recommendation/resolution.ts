import { type Setting, setting } from './setting.ts';
import { WINDOW_SIDES } from './windowSides.ts';
import type { Within } from './within.ts';
import { duration, percent } from './wording.ts';

/** A factor as it is written. */
function written(factor: number): number {
  return Number(factor.toFixed(4));
}

const measured: Setting = ({ medianSize, largestSize }, { within, fit }) => {
  if (within === undefined || within.resolution === 1) return undefined;
  const { resolution, kept, dice, spared, costs, budget, isFinestShown } = within;
  const shared = written(resolution);
  const why = `${keptText(kept, shared, dice)}${spared ? `, and ${sparedText(spared)}` : ''}; half of the images are up to ${medianSize.join(' x ')} there, and one takes ${duration(costs.image)} to look at: finer, ${isFinestShown ? 'a step would see windows that hardly hold a structure with its surroundings' : `${budget} are not enough for training and validation`}`;
  return fit
    ? setting('data.resolution', { fit: [...fit] }, `${why}; ${fitText(largestSize)}`)
    : setting('data.resolution', shared, why);
};

/** What was not taken, so that structures stay clear, as it follows on "a Dice of". */
export function sparedText({
  resolution,
  patch,
  drawn,
  steps,
}: NonNullable<Within['spared']>): string {
  const [about, taken] =
    patch === 1 ? ['', ''] : ['about ', ' by a network that takes pixels two by two'];
  const at = resolution === 1 ? 'their own sides' : `${written(resolution)} of the sides`;
  return `${about}${drawn.toFixed(2)} at ${at}${taken}, which would leave ${steps} steps`;
}

const counted: Setting = ({ medianSize, largestSize, structureExtent }, { coarser, fit }) => {
  if (coarser === undefined) return undefined;
  const { factor, kept, dice, own } = coarser;
  const shared = written(factor);
  const why = `half of the images are up to ${own.medianSize.join(' x ')}, and ${medianSize.join(' x ')} there; the largest structure of an image (median) is ${own.structureExtent} pixels long, and ${structureExtent} there, where ${WINDOW_SIDES[2].most} are what a window shows at most; ${keptText(kept, shared, dice)}; this was counted, not tried: take it out where outlines must be as fine as the images are`;
  return fit
    ? setting('data.resolution', { fit: [...fit] }, `${why}; ${fitText(largestSize)}`)
    : setting('data.resolution', shared, why);
};

function keptText(kept: number, factor: number, dice: number | undefined): string {
  const drawn =
    dice === undefined
      ? ''
      : `, and masks brought there and back a Dice of ${dice.toFixed(2)} with themselves`;
  return `${percent(kept)} of the structures of at least 4 pixels, of the class that loses the most, keep as many at ${factor} of the sides${drawn}`;
}

function fitText(largestSize: readonly number[]): string {
  return `they differ in size (the largest ${largestSize.join(' x ')}), and whole images of one size are seen as validation sees them, where a window laid around a structure, nearly as large, would nearly always hold one`;
}

export const RESOLUTION: readonly Setting[] = [measured, counted];
