import { type Setting, setting } from './setting.ts';
import { logit, percent } from './wording.ts';

const use: Setting = () =>
  setting('model.use', '@raremask/unet', 'the network that is installed with raremask');

const filters: Setting = () =>
  setting(
    'model.with.filters',
    8,
    'small on purpose: it learns in minutes on a CPU; 16 costs several times as much, and is the first thing to raise where there is time',
  );

const depth: Setting = (_, { seen, window }) => {
  const shortest = Math.min(...seen);
  const value = Math.max(1, Math.min(4, Math.floor(Math.log2(shortest / 6))));
  return setting(
    'model.with.depth',
    value,
    `the lowest level still has ${Math.floor(shortest / 2 ** value)} pixels along the shortest side of ${window ? 'a window' : 'an image'} (${seen.join(' x ')})`,
  );
};

const lastBias: Setting = ({ foregroundShare }) =>
  setting(
    'model.with.lastBias',
    'foreground-share',
    `${percent(foregroundShare)} of the training pixels are foreground: the network starts by saying so, log(f/(1-f)) = ${logit(foregroundShare)}, instead of 50 %; on a short budget this decides more than the loss does`,
  );

export const NETWORK: readonly Setting[] = [use, filters, depth, lastBias];
