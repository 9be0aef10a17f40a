import { VALIDATION_SHARE } from '../judging/validationShare.ts';
import { type Setting, setting } from './setting.ts';
import { duration } from './wording.ts';

const minimumSize: Setting = ({ classes }, { filled }) => {
  if (filled === 0) return undefined;
  const sizes = classes
    .filter(({ smallStructure }) => smallStructure > 0)
    .map(({ name, smallStructure: size }) => `${name} ${size} ${size === 1 ? 'pixel' : 'pixels'}`);
  return setting(
    'evaluate.minimumSize',
    'auto',
    `nineteen of twenty structures are at least as large (${sizes.join(', ')}): what is predicted much smaller does not count`,
  );
};

const peak: Setting = (_, { filled }) =>
  filled === 0
    ? undefined
    : setting(
        'evaluate.peak',
        'auto',
        'nor does a structure that is nowhere probable enough; both are searched on the validation images, class by class, so that false alarms go and Dice stays',
      );

/** Of a budget, no more than half of what validation may take may go into the last looks. */
const mirror: Setting = ({ space }, { filled, within }) => {
  if (space !== 2 || filled === 0) return undefined;
  if (within && within.last.mirrored > (VALIDATION_SHARE / 2) * within.seconds) return undefined;
  const cost = within
    ? `the looks at the validation images at the end take about ${duration(within.last.mirrored)} here`
    : 'a prediction takes four times as long';
  return setting(
    'evaluate.mirror',
    true,
    `training flips images, so in the end each is seen mirrored along both axes as well, and the mean counts: fewer false alarms; ${cost}. Take it out where that is too long, or where flips are off`,
  );
};

const checkpoint: Setting = (_, { filled }) =>
  filled === 0
    ? undefined
    : setting(
        'evaluate.checkpoint',
        'last',
        'the learning rate has fallen to 0 by then; the epoch with the best score on a few dozen validation images is often one that they praised by chance. Both are kept: --checkpoint best',
      );

export const DECISION: readonly Setting[] = [minimumSize, peak, mirror, checkpoint];
