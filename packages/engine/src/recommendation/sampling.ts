import { type Setting, setting } from './setting.ts';
import { percent } from './wording.ts';

/** Share of images with foreground among those that are sampled first. */
const FOREGROUND = 0.75;

const use: Setting = () =>
  setting('sampler.use', '@raremask/sampler', 'decides what the batches hold');

const foreground: Setting = ({ images }, { batch, epochs, filled, emptyShare }) => {
  const natural = 1 - emptyShare;
  if (emptyShare > 0.5 && filled > 0) {
    const to = Number(Math.max(natural, 1 / batch).toFixed(2));
    return setting(
      'sampler.with.foreground',
      { from: FOREGROUND, to, epochs: Math.max(Math.floor(epochs / 2), 1) },
      `only ${percent(natural)} of the images (${filled} of ${images}) have foreground: as they come, a batch of ${batch} would have ${(batch * natural).toFixed(1)} of them, and ${percent(emptyShare ** batch)} of the batches none; few empty images at first let the network find the structures; then it learns to stay quiet from as many as ${to > natural + 0.005 ? 'leave one image with foreground in a batch' : 'there are'}`,
    );
  }
  return setting(
    'sampler.with.foreground',
    'natural',
    `${percent(natural)} of the images (${filled} of ${images}) have foreground: a batch of ${batch} has ${(batch * natural).toFixed(1)} of them as it comes, and ${percent(emptyShare ** batch)} of the batches none`,
  );
};

/** Classes are balanced where one is at least twice as frequent as another. */
const classBalance: Setting = ({ classes }) => {
  const there = classes.filter(({ images }) => images > 0);
  if (there.length < 2) return undefined;
  const [rarest] = there.toSorted((left, right) => left.images - right.images);
  const most = Math.max(...there.map(({ images }) => images));
  if (most < 2 * rarest!.images) return undefined;
  return setting(
    'sampler.with.classBalance',
    'repeat-factor',
    `${rarest!.name} is in ${rarest!.images} images, the most frequent class in ${most}: images of rare classes are drawn more often, by the square root of what they lack`,
  );
};

const window: Setting = (figures, { window: extents }) => {
  if (!extents) return undefined;
  const { oneSize, largestSize, medianSize, structureExtent, structureReach } = figures;
  const longest = Math.max(...extents);
  const why = oneSize
    ? `images of ${largestSize.join(' x ')} are larger than a step needs to see`
    : `the images differ in size (half of them up to ${medianSize.join(' x ')}, the largest ${largestSize.join(' x ')}), and a batch needs one`;
  const structures =
    structureExtent === 0
      ? ''
      : structureReach < structureExtent
        ? `; the largest structure of an image is ${structureExtent} pixels long (median), and thin: ${structureReach} of them tell what it is, and ${longest} show its surroundings`
        : `; the largest structure of an image is ${structureExtent} pixels long (median), and ${longest} ${longest > structureExtent ? 'shows its surroundings' : 'is what a CPU trains on in minutes'}`;
  return setting(
    'sampler.with.window',
    extents,
    `${why}${structures}; validation and prediction see whole images`,
  );
};

const centred: Setting = ({ foregroundShare }, { window: extents, filled }) =>
  !extents || filled === 0
    ? undefined
    : setting(
        'sampler.with.centred',
        0.75,
        `${percent(foregroundShare)} of the pixels are foreground: a window laid anywhere would mostly miss it; one of four still lies anywhere, so that the surroundings are learnt too`,
      );

const length: Setting = ({ images }, { perEpoch, laps }) =>
  laps === 1
    ? undefined
    : setting(
        'sampler.with.length',
        perEpoch,
        `so many go through the ${images} images about ${laps} times: once would be over in less than two seconds, and what ends each epoch, a checkpoint above all, would take a noticeable share of the time`,
      );

export const SAMPLING: readonly Setting[] = [
  use,
  foreground,
  classBalance,
  window,
  centred,
  length,
];
