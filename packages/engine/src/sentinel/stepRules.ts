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

/** Dice of a network that has learnt, and may stand still. */
const LEARNT = 0.3;

/** Nothing changes in three epochs, or stretches of one, though nothing is learnt. */
const lossConstant: Rule = (epochs, { isWithin }) => {
  if ((validated(epochs, 1)[0]?.seen.dice ?? 0) > LEARNT) return undefined;
  // Other images have another loss: within an epoch what the network says is asked.
  return weightsStand(epochs) ?? (isWithin ? answersStand(epochs) : lossStands(epochs));
};

/** Whether these are three, of a run that is not coming to its end. */
function running(recent: readonly EpochObservation[]): boolean {
  return recent.length === 3 && recent.every(({ rateShare }) => rateShare >= RUNNING);
}

function stands(recent: readonly EpochObservation[], what: string, rest = ''): Found {
  const norm = short(recent.at(-1)!.gradientNorm);
  return {
    problem: 'loss-constant',
    since: recent[0]!.epoch,
    text: `${what}, with a gradient of norm ${norm}${rest}`,
  };
}

/**
 * Change of the weights, by their length, below which nothing can be learnt in an epoch. In runs that learn it was a
 * hundredth and more, with a gradient clipped to 1e-6 from 0.00002 to 0.00006.
 */
const STANDS = 2e-4;

/** Whatever the batches happened to hold, and whatever running statistics say: the weights are what they were. */
function weightsStand(epochs: readonly EpochObservation[]): Found | undefined {
  const recent = epochs.slice(-3);
  const moved = recent.flatMap((one) => one.moved ?? []);
  if (!running(recent) || moved.length < 3 || moved.some((one) => one >= STANDS)) return undefined;
  const losses = recent.map(({ loss }) => short(loss)).join(', ');
  return stands(
    recent,
    `nothing moves: the weights change by ${short(moved[2]!)} of their size`,
    `, and the loss is ${losses}`,
  );
}

/** The loss of each epoch is that of the first but for a thousandth. */
function lossStands(epochs: readonly EpochObservation[]): Found | undefined {
  const recent = epochs.slice(-3);
  const losses = recent.map(({ loss }) => loss);
  const middle = losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
  const range = Math.max(...losses) - Math.min(...losses);
  if (!running(recent) || range > 0.002 * Math.abs(middle)) return undefined;
  return stands(recent, `the loss is constant: ${losses.map(short).join(', ')}`);
}

/** Share by which a figure must differ for the network to have moved. */
const MOVED = 0.001;

/** The network says of the same images what it said before, but for a thousandth. */
function answersStand(epochs: readonly EpochObservation[]): Found | undefined {
  const recent = validated(epochs, 3);
  const figures = (['onTruth', 'beside', 'onEmpty'] as const).map((key) =>
    recent.flatMap(({ seen }) => seen[key] ?? []),
  );
  const moves = (values: readonly number[]) =>
    values.length > 0 && Math.max(...values) - Math.min(...values) > MOVED * Math.max(...values);
  if (!running(recent) || figures.some(moves)) return undefined;
  const said = figures.find((values) => values.length > 0) ?? [];
  return stands(
    recent,
    `nothing moves: the probability of foreground is ${said.map((one) => one.toPrecision(4)).join(', ')}`,
  );
}

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
