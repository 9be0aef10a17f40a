import { type Setting, setting } from './setting.ts';
import { duration, percent } from './wording.ts';

const factor: Setting = ({ medianSize, largestSize }, { within, fit }) => {
  if (within === undefined || within.resolution === 1) return undefined;
  const { resolution, kept, costs, budget } = within;
  const shared = Number(resolution.toFixed(4));
  const why = `${percent(kept)} of the structures, of the class that loses the most, keep at least 4 pixels at ${shared} of the sides; half of the images are up to ${medianSize.join(' x ')} there, and one takes ${duration(costs.image)} to look at: finer, ${budget} are not enough for training and validation`;
  return fit
    ? setting(
        'data.resolution',
        { fit: [...fit] },
        `${why}; they differ in size (the largest ${largestSize.join(' x ')}), and whole images of one size are seen as validation sees them, where a window laid around a structure, nearly as large, would nearly always hold one`,
      )
    : setting('data.resolution', shared, why);
};

export const RESOLUTION: readonly Setting[] = [factor];
