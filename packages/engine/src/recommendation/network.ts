import { sparedText } from './resolution.ts';
import { type Setting, setting } from './setting.ts';
import { depthOf, stepsWithin } from './shape.ts';
import { duration, logit, percent } from './wording.ts';

const use: Setting = () =>
  setting('model.use', '@raremask/unet', 'the network that is installed with raremask');

const filters: Setting = (_, { within, start }) =>
  within
    ? setting(
        'model.with.filters',
        within.filters,
        `a step takes ${duration(within.costs.step)} here while nothing else goes on: at most ${within.steps} of them in ${within.budget}; the widest network for which at least ${stepsWithin(within.seconds, start)} are left, or else the smallest${within.spared && within.resolution === 1 ? `; images stay as fine as they are${within.patch === 2 ? '' : ', pixel by pixel'}: masks would have a Dice of ${sparedText(within.spared)}` : ''}`,
      )
    : setting(
        'model.with.filters',
        8,
        'small on purpose: it learns in minutes on a CPU; 16 costs several times as much, and is the first thing to raise where there is time',
      );

const patch: Setting = (_, { within }) =>
  within?.patch === 2
    ? setting(
        'model.with.patch',
        2,
        `the network takes 2 x 2 pixels as one with their values side by side, and predicts each of them: as fast as at half of the sides, and nothing is thrown away; masks are drawn with a Dice of about ${within.drawn.toFixed(2)}, between what they have with themselves here and there`,
      )
    : undefined;

const depth: Setting = (_, shape) => {
  const { seen, window, within } = shape;
  const value = depthOf(shape, within?.patch);
  return setting(
    'model.with.depth',
    value,
    `the lowest level still has ${Math.floor(Math.min(...seen) / (within?.patch ?? 1) / 2 ** value)} pixels along the shortest side of ${window ? 'a window' : 'an image'} (${seen.join(' x ')})`,
  );
};

const lastBias: Setting = ({ foregroundShare }) =>
  setting(
    'model.with.lastBias',
    'foreground-share',
    `${percent(foregroundShare)} of the training pixels are foreground: the network starts by saying so, log(f/(1-f)) = ${logit(foregroundShare)}, instead of 50 %; on a short budget this decides more than the loss does`,
  );

const encoder: Setting = (_, { start }) =>
  start &&
  setting(
    'model.with.encoder',
    start.encoder,
    'whose weights somebody has trained on a million photographs: it knows edges and textures before the first step',
  );

const weights: Setting = (_, { start }) =>
  start &&
  setting(
    'model.weights',
    start.file,
    'written by raremask weights; what fits is said when the training begins',
  );

/** Images of either kind from which whether there is a structure can be learnt, and its threshold be searched. */
const ENOUGH = 10;

/** Tried in two dimensions, from scratch. */
const imageHead: Setting = ({ space, images, empty }, { filled, start }) =>
  space !== 2 || start !== undefined || Math.min(empty, filled) < ENOUGH
    ? undefined
    : setting(
        'model.with.imageHead',
        0.5,
        `one more output says whether there is any structure, learnt from the ${empty} of ${images} images without; where it says no, nothing is predicted, and from which probability on is searched on the validation images`,
      );

export const NETWORK: readonly Setting[] = [
  use,
  encoder,
  filters,
  patch,
  depth,
  lastBias,
  imageHead,
  weights,
];
