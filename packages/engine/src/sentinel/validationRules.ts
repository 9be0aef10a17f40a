import type { EpochObservation, ValidationSeen } from './observation.ts';
import { FINDS, percent, type Rule, type Setting, short, since, validated } from './rule.ts';

/** Nothing is found, and nothing on the way to be found. */
const found = ({ missed, dice }: ValidationSeen) => (missed ?? 0) < 0.95 || (dice ?? 0) > 0.05;

/** How much more foreground is seen on structures than beside them. */
const contrast = ({ onTruth, beside }: ValidationSeen) =>
  onTruth !== null && beside !== null && beside > 0 ? onTruth / beside : 1;

/** Times by which a probability rises in three epochs of a run that learns, and in three stretches of one. */
const RISES = 1.15;
const RISES_WITHIN = 1.05;

/** Looks at few images say less: one more is waited for, and so many steps. */
const STEPS_WITHIN = 140;

/** Validations, or looks, through which what is found must hold. */
function patienceFor(epochs: readonly EpochObservation[], { isWithin }: Setting): number {
  if (!isWithin) return 3;
  let steps = 0;
  const enough = epochs.toReversed().findIndex(({ make }) => {
    steps += make.batches;
    return steps >= STEPS_WITHIN;
  });
  return enough === -1 ? Number.POSITIVE_INFINITY : Math.max(4, enough + 1);
}

const background: Rule = (epochs, setting) => {
  const times = setting.isWithin ? RISES_WITHIN : RISES;
  const patience = patienceFor(epochs, setting);
  const recent = validated(epochs, patience);
  if (
    recent.length < patience ||
    recent.some(({ seen }) => found(seen) || seen.withForeground === 0)
  ) {
    return undefined;
  }
  // A network that is learning raises the probability on structures long before it predicts any, though not at each look.
  const now = recent.at(-1)!.seen;
  const on = recent.map(({ seen }) => seen.onTruth ?? 0);
  const clears = contrast(now) > times * contrast(recent[0]!.seen);
  const rises =
    (now.onTruth ?? 0) > times * Math.min(...on.slice(0, -1)) || (clears && on.at(-1)! >= on[0]!);
  if (rises) return undefined;
  const start = since(validated(epochs, Number.POSITIVE_INFINITY), ({ seen }) => !found(seen))!;
  return {
    problem: 'background',
    since: start,
    text: `predicts background everywhere: nothing on ${percent(now.missed ?? 1)} of the ${now.withForeground} images with foreground, and the probability on structures does not rise (${on.map(short).join(', ')})`,
  };
};

/** Empty images of which alarms on all, by a network that finds structures, are more than chance. */
const SEVERAL = 8;

/** Least share of the pixels that is a flood within an epoch: single pixels are still unlearnt there. */
const FLOODED = 0.01;

const flood: Rule = (epochs, setting) => {
  const { isWithin } = setting;
  const patience = patienceFor(epochs, setting);
  const recent = validated(epochs, patience);
  const most = isWithin ? { alarms: 1, predicted: FLOODED } : { alarms: 0.8, predicted: 0 };
  const floods = ({ seen }: (typeof recent)[number]) =>
    (seen.alarms ?? 0) >= most.alarms && seen.predicted >= most.predicted && seen.empty > 0;
  const falls = isWithin ? 0.95 : 0.8;
  if (recent.length < patience || !recent.every(floods)) return undefined;
  if (recent.some(({ seen }) => seen.empty < SEVERAL && (seen.dice ?? 0) >= FINDS))
    return undefined;
  const [before, now] = [recent[0]!.seen, recent.at(-1)!.seen];
  if (
    now.predicted < falls * before.predicted ||
    (now.onEmpty ?? 0) < falls * (before.onEmpty ?? 0)
  ) {
    return undefined;
  }
  return {
    problem: 'alarms',
    since: since(validated(epochs, Number.POSITIVE_INFINITY), floods)!,
    text: `false alarms flood: ${percent(now.alarms ?? 1)} of the ${now.empty} images without foreground have some, ${percent(now.predicted)} of all pixels are predicted as foreground, and neither falls`,
  };
};

/** It was good, and is not any more. */
const lost: Rule = (epochs, { isWithin }) => {
  const all = validated(epochs, Number.POSITIVE_INFINITY);
  const patience = isWithin ? 3 : 2;
  const recent = all.slice(-patience);
  const best = Math.max(...all.map(({ seen }) => seen.dice ?? 0));
  if (recent.length < patience || best < 0.3) return undefined;
  if (recent.some(({ seen }) => (seen.dice ?? 1) > 0.2 * best)) return undefined;
  return {
    problem: 'lost',
    since: recent[0]!.epoch,
    text: `what was learnt is lost: Dice was ${short(best)} and is ${short(recent.at(-1)!.seen.dice ?? 0)}`,
  };
};

/** What both rules of labels have seen. */
const UNFIT = 'the labels do not fit the images, or something keeps the network from learning them';

/**
 * Structures are hardly more probable where they are than where those of another image are, and no more so
 * than before, although the network has moved: a shuffled control. What there is beyond chance is where
 * structures lie in any image. Where probabilities rise in both places, and no more in the one than in the other,
 * the network learns how much foreground there is, not which.
 */
const labelsShuffled: Rule = (epochs, { isWithin }) => {
  const times = isWithin ? 1.5 : 2.5;
  const recent = validated(epochs, 3);
  if (epochs.length < 4 || recent.length < 3) return undefined;
  const chance = ({ seen }: (typeof recent)[number]) =>
    seen.onTruth !== null &&
    seen.onOther !== null &&
    seen.withForeground >= 4 &&
    (seen.dice ?? 0) < 0.05 &&
    seen.onTruth < times * seen.onOther;
  if (!recent.every(chance)) return undefined;
  const [before, , now] = recent.map(({ seen }) => seen) as [
    ValidationSeen,
    ValidationSeen,
    ValidationSeen,
  ];
  const begun = validated(epochs, Number.POSITIVE_INFINITY)[0]!.seen.onTruth ?? 0;
  const moved = now.predicted > 0 || now.onTruth! > 3 * begun;
  const rises =
    now.onTruth! > (isWithin ? RISES_WITHIN : RISES) * before.onTruth! &&
    now.onTruth! * before.onOther! > before.onTruth! * now.onOther!;
  if (!moved || rises || epochs.at(-1)!.loss < 0.85 * epochs[0]!.loss) return undefined;
  return {
    problem: 'labels',
    since: recent[0]!.epoch,
    text: `${UNFIT}: the probability of foreground is ${short(now.onTruth!)} where it is and ${short(now.onOther!)} where another image has it, and the loss hardly falls (${short(epochs[0]!.loss)} to ${short(epochs.at(-1)!.loss)}): shuffled labels would do as well`,
  };
};

/** Images with foreground that say whether a prediction is of its own image. */
const PAIRS = 8;
/** Share of its Dice that a prediction has on another image as well; of networks that learn it was seen to be a half or less. */
const AS_GOOD = 0.8;
const TOLD_APART = 0.6;
/** What is missing to a Dice of 1, by what is missing on another image: organs lie alike in all images, and are still told apart. */
const AS_FAR = 0.9;

/**
 * Predictions agree with the foreground of other images as well as with their own: what is learnt is where structures lie
 * in any image, which is all that shuffled labels have to teach.
 */
const labelsByPlace: Rule = (epochs, { isWithin }) => {
  const recent = validated(epochs, 3);
  if (isWithin || recent.length < 3) return undefined;
  type Seen = (typeof recent)[number];
  const pairs = ({ seen: { compared } }: Seen) =>
    compared !== undefined && compared.images >= PAIRS && compared.dice >= 0.05
      ? compared
      : undefined;
  const isPlace = (one: Seen) => {
    const { dice, diceOther } = pairs(one) ?? { dice: 1, diceOther: 0 };
    const isAsFar = 1 - dice >= AS_FAR * (1 - diceOther);
    return diceOther >= AS_GOOD * dice && isAsFar && one.seen.predicted < 0.5;
  };
  const isToldApart = (one: Seen) => {
    const { dice, diceOther } = pairs(one) ?? { dice: 0, diceOther: 0 };
    return diceOther < TOLD_APART * dice;
  };
  const all = validated(epochs, Number.POSITIVE_INFINITY);
  if (!recent.every(isPlace) || all.some(isToldApart)) return undefined;
  const now = recent.at(-1)!.seen.compared!;
  if (now.dice > RISES * recent[0]!.seen.compared!.dice) return undefined;
  return {
    problem: 'labels',
    since: recent[0]!.epoch,
    text: `${UNFIT}: predictions agree with the structures of other images (Dice ${short(now.diceOther)}) as well as with those of their own (${short(now.dice)}, ${now.images} images): only where structures lie is learnt, as from shuffled labels`,
  };
};

/** Training and prediction differ on one and the same batch. */
const statistics: Rule = (epochs) => {
  const differs = ({ modes }: (typeof epochs)[number]) =>
    modes !== undefined &&
    modes.prediction > 2 * modes.training &&
    modes.prediction > modes.training + 0.1;
  const recent = epochs.slice(-2);
  if (recent.length < 2 || !recent.every(differs)) return undefined;
  const { training, prediction } = recent[1]!.modes!;
  return {
    problem: 'statistics',
    since: recent[0]!.epoch,
    text: `prediction differs from training on the same images: the loss of a training batch is ${short(training)} in its step and ${short(prediction)} with the running statistics of the normalisation`,
  };
};

export const validationRules: readonly Rule[] = [
  statistics,
  labelsShuffled,
  labelsByPlace,
  lost,
  background,
  flood,
];
