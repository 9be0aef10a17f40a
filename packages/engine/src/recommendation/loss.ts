import type { TrainingFigures } from './figures.ts';
import { type Setting, setting } from './setting.ts';

const crossEntropy: Setting = ({ images, empty }) =>
  setting(
    'loss[0].use',
    '@raremask/loss-ce',
    empty > 0
      ? `pixel by pixel, with a gradient on the ${empty} of ${images} training images without foreground, and it does not fade as Dice does`
      : 'pixel by pixel: it settles the background, which Dice does not look at',
  );

const dice: Setting = (_, { filled }) =>
  filled === 0
    ? undefined
    : setting(
        'loss[1].use',
        '@raremask/loss-dice',
        'what is scored: it weighs a small structure as heavily as the background around it',
      );

const dicePool: Setting = (figures, { filled, batch }) =>
  filled === 0
    ? undefined
    : setting(
        'loss[1].with.pool',
        'batch',
        `one quotient for the ${batch} images of a batch: an alarm on an empty image lowers it as one beside a structure does; with a quotient for each image (structures: ${structures(figures)}, median) false alarms were more frequent, and Dice not reliably higher`,
      );

const diceSmooth: Setting = ({ classes }, { filled }) => {
  if (filled === 0) return undefined;
  const medians = classes.map(({ medianStructure }) => medianStructure).filter(Boolean);
  const least = medians.length === 0 ? 0 : Math.min(...medians);
  return setting(
    'loss[1].with.smooth',
    0.00001,
    `nothing but a guard against 0/0; a smoothing near the size of a structure (${least} pixels, median${classes.length > 1 ? ' of the smallest class' : ''}) rewards predicting nothing`,
  );
};

const diceEmpty: Setting = ({ classes }, { filled }) => {
  if (filled === 0) return undefined;
  const { length } = classes.filter(({ images }) => images > 0);
  return length > 1
    ? setting(
        'loss[1].with.empty',
        'ignore',
        `the mean is over the classes that a batch shows: with one that it shows nowhere counted as a constant, little of the gradient of a term for ${length} classes was left; cross-entropy hears alarms of the others`,
      )
    : setting(
        'loss[1].with.empty',
        'smooth',
        'a batch that shows no structure says nothing here; cross-entropy does',
      );
};

function structures({ classes }: TrainingFigures): string {
  return classes
    .map(({ name, medianStructure }) => `${name} of ${medianStructure} pixels`)
    .join(', ');
}

export const LOSS: readonly Setting[] = [crossEntropy, dice, dicePool, diceSmooth, diceEmpty];
