import { type Setting, setting } from './setting.ts';

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

export const DECISION: readonly Setting[] = [minimumSize, peak];
