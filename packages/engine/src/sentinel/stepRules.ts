import type { EpochObservation } from './observation.ts';
import { type Found, percent, type Rule, short, since, validated } from './rule.ts';

/** Share of the largest learning rate below which a run is coming to its end, and may stand still. */
const RUNNING = 0.2;

const bareBatches: Rule = (epochs) => {
  const bare = (one: (typeof epochs)[number]) => one.make.bare > 0.5 * one.make.batches;
  const recent = epochs.slice(-2);
  const start = since(epochs, bare);
  if (recent.length < 2 || !recent.every(bare) || start === undefined) return undefined;
  const { make } = recent[1]!;
  return {
    problem: 'bare-batches',
    since: start,
    text: `${make.bare} of ${make.batches} batches show no foreground`,
  };
};

/**
 * Change of the weights, by their length, below which nothing can be learnt in an epoch. In runs that learn it was a
 * hundredth and more, with a gradient clipped to 1e-6 from 0.00002 to 0.00006.
 */
const STANDS = 2e-4;

/** Whatever the batches happened to hold, and whatever running statistics say: the weights are what they were. */
const weightsStand = (epochs: readonly EpochObservation[]): Found | undefined => {
  const recent = epochs.slice(-3);
  if (recent.length < 3 || recent.some(({ rateShare }) => rateShare < RUNNING)) return undefined;
  if (recent.some(({ moved }) => moved === undefined || moved >= STANDS)) return undefined;
  if ((validated(epochs, 1)[0]?.seen.dice ?? 0) > 0.3) return undefined;
  const { moved, gradientNorm } = recent[2]!;
  return {
    problem: 'loss-constant',
    since: recent[0]!.epoch,
    text: `nothing moves: the weights change by ${short(moved!)} of their size, with a gradient of norm ${short(gradientNorm)}, and the loss is ${recent.map(({ loss }) => short(loss)).join(', ')}`,
  };
};

/** The loss of each epoch is that of the first but for a thousandth, though nothing is learnt. */
const lossConstant: Rule = (epochs, { isWithin }) => {
  const still = weightsStand(epochs);
  if (still !== undefined) return still;
  // Other images have another loss: within an epoch what the network says is asked.
  if (isWithin) return standing(epochs);
  const recent = epochs.slice(-3);
  if (recent.length < 3 || recent.some(({ rateShare }) => rateShare < RUNNING)) return undefined;
  const losses = recent.map(({ loss }) => loss);
  const middle = losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
  const range = Math.max(...losses) - Math.min(...losses);
  if (range > 0.002 * Math.abs(middle)) return undefined;
  const learnt = validated(epochs, 1)[0]?.seen.dice ?? 0;
  if (learnt > 0.3) return undefined;
  return {
    problem: 'loss-constant',
    since: recent[0]!.epoch,
    text: `the loss is constant: ${recent.map(({ loss }) => short(loss)).join(', ')}, with a gradient of norm ${short(recent.at(-1)!.gradientNorm)}`,
  };
};

/** Share by which a figure must differ for the network to have moved. */
const MOVED = 0.001;

/** The network says of the same images what it said before, but for a thousandth, though nothing is learnt. */
const standing = (epochs: readonly EpochObservation[]): Found | undefined => {
  const recent = validated(epochs, 3);
  if (recent.length < 3 || recent.some(({ rateShare }) => rateShare < RUNNING)) return undefined;
  if ((recent[2]!.seen.dice ?? 0) > 0.3) return undefined;
  const figures = (['onTruth', 'beside', 'onEmpty'] as const).map((key) =>
    recent.flatMap(({ seen }) => seen[key] ?? []),
  );
  const moves = (values: readonly number[]) =>
    values.length > 0 && Math.max(...values) - Math.min(...values) > MOVED * Math.max(...values);
  if (figures.some(moves)) return undefined;
  const said = figures.find((values) => values.length > 0) ?? [];
  return {
    problem: 'loss-constant',
    since: recent[0]!.epoch,
    text: `nothing moves: the probability of foreground is ${said.map((one) => one.toPrecision(4)).join(', ')}, with a gradient of norm ${short(recent[2]!.gradientNorm)}`,
  };
};

/** The network says the same of everything, at the end of its numbers, within its first epochs. */
const rateTooHigh: Rule = (epochs) => {
  const last = epochs.at(-1);
  if (last === undefined || epochs.length < 2) return undefined;
  const first = epochs[0]!;
  const risen = epochs
    .slice(-2)
    .every(({ loss }) => loss > 3 * first.loss && loss > first.loss + 0.5);
  const [seen] = validated(epochs, 1).map((one) => one.seen);
  const probabilities = [seen?.onTruth, seen?.beside].flatMap((one) => one ?? []);
  const atEnd =
    probabilities.length === 2 &&
    (probabilities.every((one) => one < 1e-6) || probabilities.every((one) => one > 1 - 1e-4));
  if (!risen && !(atEnd && epochs.length <= 5)) return undefined;
  return {
    problem: risen ? 'rate-too-high' : 'saturated',
    since: risen ? epochs.at(-2)!.epoch : last.epoch,
    text: risen
      ? `the loss rises: ${short(first.loss)} at first, ${short(last.loss)} now`
      : `the network says the same of every pixel, with all certainty (probability of foreground ${percent(probabilities[0]!)} on structures and beside them)`,
  };
};

export const stepRules: readonly Rule[] = [rateTooHigh, lossConstant, bareBatches];
