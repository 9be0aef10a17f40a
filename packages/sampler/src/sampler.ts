import type { Draw, EpochPosition, Facts, RandomStream, Sampler, Survey } from '@raremask/core';
import { type BalancedClass, balanceClasses } from './classBalance.ts';
import { Deck, type Laps } from './deck.ts';
import { type EpochPlan, planEpochs } from './epochPlan.ts';
import { HardNegatives } from './hardNegatives.ts';
import { cardsFrom, evenLaps, spread, weightedLaps, wholeCopies } from './laps.ts';
import { REPEAT_THRESHOLD, type SamplerOptions } from './options.ts';
import { anywhere, aroundStructure } from './placement.ts';
import { requireOneSize, requirePossible } from './possible.ts';
import { shareAt } from './share.ts';

/** What a sampler draws from. */
export interface Stock {
  readonly survey: Survey;
  readonly batchSize: number;
  readonly facts: Facts;
  readonly random: RandomStream;
  readonly warn: (text: string) => void;
}

/** A sampler, and what its batches will hold. */
export interface Planned {
  readonly sampler: Sampler;
  readonly foregroundImages: number;
  readonly emptyImages: number;
  /** Foreground classes that occur, where they are balanced. */
  readonly classes: readonly BalancedClass[];
  /** Batches of an epoch. */
  batches(epoch: number): number;
  /** Images with foreground in a batch of an epoch, on average. */
  foregroundInBatch(epoch: number): number;
}

/** Draws as `options` say. Throws where the images do not allow it. */
export function planSampler(options: SamplerOptions, stock: Stock): Planned {
  const { survey, batchSize, facts, random } = stock;
  const { window, atLeast, classBalance, hardNegatives } = options;
  const foreground = survey.train.filter((id) => survey.hasForeground(id));
  const empty = survey.train.filter((id) => !survey.hasForeground(id));
  requirePossible(options, { batchSize, space: facts.space }, foreground.length, empty.length);
  if (window === undefined && batchSize > 1) requireOneSize(survey);

  const threshold = options.repeatThreshold ?? REPEAT_THRESHOLD;
  const balance =
    classBalance === undefined
      ? undefined
      : balanceClasses(classBalance, threshold, foreground, survey, facts);
  const hard = hardNegatives && new HardNegatives(empty, hardNegatives, stock.warn);
  const planned = (positionOf?: EpochPosition) =>
    planEpochs(options, batchSize, balance?.lap ?? foreground.length, empty.length, positionOf);
  const plan = planned();

  const foregroundLaps = balance
    ? weightedLaps(foreground, balance.weights, balance.lap, random.fork('foreground'))
    : evenLaps(foreground, random.fork('foreground'));
  const emptyLaps = evenLaps(empty, random.fork('empty'));

  /** The empty images of an epoch where hard ones come more often. */
  const withHard = (negatives: HardNegatives, epoch: number, plan: EpochPlan): Laps => {
    const stream = random.fork(`hard ${epoch}`);
    const more = plan.hardBefore(epoch + 1) - plan.hardBefore(epoch);
    const all = plan.emptyBefore(epoch + 1) - plan.emptyBefore(epoch);
    const turn = plan.emptyBefore(epoch) - plan.hardBefore(epoch);
    const copies = new Map(wholeCopies(empty, negatives.weights(epoch), more, stream));
    for (const id of cardsFrom(emptyLaps, turn, all - more)) {
      copies.set(id, (copies.get(id) ?? 0) + 1);
    }
    return {
      size: all,
      copies: (id) => copies.get(id)!,
      lap: (index) => (index === 0 ? spread(copies, stream) : []),
    };
  };

  function* dealtBatches(epoch: number, plan: EpochPlan): Iterable<readonly string[]> {
    const withForeground = deckFrom(foregroundLaps, plan.foregroundBefore(epoch, 0));
    const without = hard
      ? deckFrom(withHard(hard, epoch, plan), 0)
      : deckFrom(emptyLaps, plan.emptyBefore(epoch));
    for (let batch = 0; batch < plan.batches(epoch); batch += 1) {
      const count = plan.foregroundBefore(epoch, batch + 1) - plan.foregroundBefore(epoch, batch);
      yield [...withForeground(count, atLeast), ...without(batchSize - count)];
    }
  }

  function* naturalBatches(epoch: number, plan: EpochPlan): Iterable<readonly string[]> {
    const laps = thinnedLaps(foreground, empty, plan.kept(0), random.fork('images'));
    const total = options.length === 'natural' ? laps.size : plan.batches(epoch) * batchSize;
    const draw = deckFrom(laps, epoch * total);
    for (let done = 0; done < total; done += batchSize) {
      yield draw(Math.min(batchSize, total - done));
    }
  }

  const drawIds = isDealt(options) ? dealtBatches : naturalBatches;

  function* drawn(epoch: number, positionOf?: EpochPosition): Iterable<readonly Draw[]> {
    const stream = random.fork(`epoch ${epoch}`);
    const centred = shareAt(options.centred, positionOf?.(epoch) ?? epoch);
    for (const ids of drawIds(epoch, positionOf ? planned(positionOf) : plan)) {
      const draws = ids.map((id, index) =>
        window === undefined
          ? { id }
          : { id, window: place(id, window, index < atLeast ? 1 : centred, stream) },
      );
      yield stream.shuffle(draws);
    }
  }

  const place = (id: string, extents: readonly number[], centred: number, stream: RandomStream) => {
    const { size, structures } = survey.image(id);
    const around = structures.length > 0 && (centred === 1 || stream.next() < centred);
    return around
      ? aroundStructure(size, structures, extents, balance?.classWeight ?? (() => 1), stream)
      : anywhere(size, extents, stream);
  };

  return {
    sampler: {
      batches: drawn,
      ...(window && { window }),
      ...(hard && {
        observe: (outcomes, epoch) => hard.observe(outcomes, epoch),
        state: () => hard.state(),
        restore: (state) => hard.restore(state),
      }),
    },
    foregroundImages: foreground.length,
    emptyImages: empty.length,
    classes: balance?.classes ?? [],
    batches: plan.batches,
    foregroundInBatch: plan.mean,
  };
}

/**
 * Whether images with foreground and images without are drawn apart, so many of each a batch. Otherwise
 * every image comes once an epoch.
 */
function isDealt(options: SamplerOptions): boolean {
  const { foreground, atLeast, classBalance, hardNegatives, emptyImages } = options;
  return (
    foreground !== 'natural' ||
    atLeast > 0 ||
    classBalance !== undefined ||
    hardNegatives !== undefined ||
    typeof emptyImages === 'object'
  );
}

function deckFrom(laps: Laps, start: number): (count: number, distinct?: number) => string[] {
  if (laps.size === 0) return () => [];
  const deck = new Deck(laps, start);
  return (count, distinct) => deck.draw(count, distinct);
}

/** Every image with foreground, and the next part of the empty images in a fixed random order. */
function thinnedLaps(
  foreground: readonly string[],
  empty: readonly string[],
  kept: number,
  random: RandomStream,
): Laps {
  const order = random.fork('empty images').shuffle([...empty]);
  return {
    size: foreground.length + kept,
    copies: () => 1,
    lap: (index) => {
      const part = Array.from(
        { length: kept },
        (_, at) => order[(index * kept + at) % order.length]!,
      );
      return random.fork(`lap ${index}`).shuffle([...foreground, ...part]);
    },
  };
}
