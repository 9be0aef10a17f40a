import { type Setting, setting } from './setting.ts';
import { duration, percent } from './wording.ts';

const factor: Setting = ({ medianSize }, { within }) =>
  within === undefined || within.resolution === 1
    ? undefined
    : setting(
        'data.resolution',
        Number(within.resolution.toFixed(4)),
        `${percent(within.kept)} of the structures, of the class that loses the most, keep at least 4 pixels; half of the images are up to ${medianSize.join(' x ')} there, and one takes ${duration(within.costs.image)} to look at: finer, ${within.budget} are not enough for training and validation`,
      );

export const RESOLUTION: readonly Setting[] = [factor];
