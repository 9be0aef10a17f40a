import { AUGMENTATION } from './augmentation.ts';
import { type Setting, setting } from './setting.ts';
import { STARTED_STEPS, STEPS } from './shape.ts';
import { duration } from './wording.ts';

const budget: Setting = (_, { within, filled }) =>
  within &&
  setting(
    'train.budget',
    within.budget,
    `from the command to its report; the schedule ends with it on any machine. A pass over the validation images takes about ${duration(within.pass)} here: the last one, the search and the scoring follow at the end, and as many others between epochs as leave ${filled === 0 ? 'four fifths' : 'nine tenths'} of the time to training`,
  );

const epochs: Setting = (_, { epochs: count, perEpoch, within, start }) =>
  setting(
    'train.epochs',
    count,
    within
      ? `as many fit into ${within.budget} at most: ${count} x ${perEpoch} steps of ${duration(within.costs.step)}, measured here; reading takes its part where cores are few; what counts in epochs holds to it`
      : `${count} x ${perEpoch} batches = ${count * perEpoch} steps; about ${start ? STARTED_STEPS : STEPS} steps are a budget of minutes for small images, and more are worth it while the validation score still climbs`,
  );

const batch: Setting = ({ images }, { batch: size }) =>
  setting(
    'train.batch',
    size,
    `of ${images} training images; several of them steady a step, and eight fit into memory anywhere`,
  );

const learningRate: Setting = (_, { start }) =>
  setting(
    'train.optimizer.learningRate',
    start ? 0.001 : 0.003,
    `with the cosine schedule down to 0; batch normalisation bears it, and small budgets need it${start ? '; three times as much would wear off what the encoder has learnt' : ''}`,
  );

const encoderRate: Setting = (_, { start }) =>
  start &&
  setting(
    'train.optimizer.groups',
    [{ match: 'encoder', learningRate: 0.0003 }],
    'the encoder has learnt most of what it needs: it follows slowly',
  );

export const TRAINING: readonly Setting[] = [
  budget,
  epochs,
  batch,
  ...AUGMENTATION,
  learningRate,
  encoderRate,
];
