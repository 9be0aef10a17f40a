import type { Draw, RandomStream, Sampler, Survey } from '@raremask/core';
import { Deck, type Laps } from './deck.ts';
import {
  leastAboveBatch,
  leastAboveImages,
  noEmptyImages,
  noForeground,
  noImages,
  shareBelowLeast,
  sizesDiffer,
  windowRank,
} from './errors.ts';
import { endShares, type SamplerOptions, shareAt } from './options.ts';
import { anywhere, aroundStructure } from './placement.ts';

/** What a sampler draws from. */
export interface Stock {
  readonly survey: Survey;
  readonly batchSize: number;
  /** Number of space axes. */
  readonly space: number;
  readonly random: RandomStream;
}

/** A sampler, and what its batches will hold. */
export interface Planned {
  readonly sampler: Sampler;
  /** Batches of an epoch. */
  readonly batches: number;
  readonly foregroundImages: number;
  readonly emptyImages: number;
  /** Images with foreground in a batch of an epoch, on average. */
  foregroundInBatch(epoch: number): number;
}

/** Draws as `options` say. Throws where the images do not allow it. */
export function planSampler(options: SamplerOptions, stock: Stock): Planned {
  const { survey, batchSize, random } = stock;
  const { window } = options;
  const foreground = survey.train.filter((id) => survey.hasForeground(id));
  const empty = survey.train.filter((id) => !survey.hasForeground(id));
  requirePossible(options, stock, foreground.length, empty.length);
  if (window === undefined && batchSize > 1) requireOneSize(survey);

  const thinned = Math.ceil(options.emptyImages * empty.length - ROUNDING);
  const images = foreground.length + thinned;
  const batches = options.length === 'natural' ? Math.ceil(images / batchSize) : options.length;
  const naturalMean = (batchSize * foreground.length) / images;
  const dealt = options.foreground !== 'natural' || options.atLeast > 0;
  const mean = (epoch: number): number =>
    options.foreground === 'natural'
      ? Math.max(naturalMean, options.atLeast)
      : batchSize * shareAt(options.foreground, epoch);

  /** Images with foreground in the batches before one of them. */
  const dealtBefore = (epoch: number, batch: number): number => {
    let sum = batch * mean(epoch);
    for (let earlier = 0; earlier < epoch; earlier += 1) sum += batches * mean(earlier);
    return Math.floor(sum + ROUNDING);
  };

  function* dealtBatches(epoch: number): Iterable<readonly string[]> {
    const earlier = dealtBefore(epoch, 0);
    const withForeground = deckFrom(shuffled(foreground, random.fork('foreground')), earlier);
    const without = deckFrom(
      shuffled(empty, random.fork('empty')),
      epoch * batches * batchSize - earlier,
    );
    for (let batch = 0; batch < batches; batch += 1) {
      const count = dealtBefore(epoch, batch + 1) - dealtBefore(epoch, batch);
      yield [...withForeground(count), ...without(batchSize - count)];
    }
  }

  function* naturalBatches(epoch: number): Iterable<readonly string[]> {
    const total = options.length === 'natural' ? images : batches * batchSize;
    const draw = deckFrom(
      thinnedLaps(foreground, empty, thinned, random.fork('images')),
      epoch * total,
    );
    for (let done = 0; done < total; done += batchSize) {
      yield draw(Math.min(batchSize, total - done));
    }
  }

  function* drawn(epoch: number): Iterable<readonly Draw[]> {
    const stream = random.fork(`epoch ${epoch}`);
    for (const ids of dealt ? dealtBatches(epoch) : naturalBatches(epoch)) {
      const draws = ids.map((id, index) =>
        window === undefined ? { id } : { id, window: place(id, index < options.atLeast, stream) },
      );
      yield stream.shuffle(draws);
    }
  }

  const place = (id: string, guaranteed: boolean, stream: RandomStream) => {
    const { size, structures } = survey.image(id);
    const around = structures.length > 0 && (guaranteed || stream.next() < options.centred);
    return around
      ? aroundStructure(size, structures, window!, stream)
      : anywhere(size, window!, stream);
  };

  return {
    sampler: { batches: drawn, ...(window && { window }) },
    batches,
    foregroundImages: foreground.length,
    emptyImages: empty.length,
    foregroundInBatch: (epoch) => (dealt ? mean(epoch) : naturalMean),
  };
}

/** Keeps 5 x 0.6 from being less than 3. */
const ROUNDING = 1e-9;

function requirePossible(
  options: SamplerOptions,
  { batchSize, space }: Stock,
  foreground: number,
  empty: number,
): void {
  const { atLeast, window } = options;
  const images = foreground + empty;
  if (images === 0) throw noImages();
  if (window !== undefined && window.length !== space) throw windowRank(window, space);
  if (atLeast > batchSize) throw leastAboveBatch(atLeast, batchSize);
  const asked = foregroundSetting(options);
  if (foreground === 0 && asked !== undefined) throw noForeground(asked, images);
  if (atLeast > foreground) throw leastAboveImages(atLeast, foreground, images);
  if (options.foreground === 'natural') return;
  for (const share of endShares(options.foreground)) {
    if (atLeast > share * batchSize + ROUNDING) throw shareBelowLeast(share, atLeast, batchSize);
    if (share < 1 && empty === 0) throw noEmptyImages(share, images);
  }
}

/** The setting that asks for images with foreground, if any does. */
function foregroundSetting(options: SamplerOptions): string | undefined {
  if (options.foreground !== 'natural' && Math.max(...endShares(options.foreground)) > 0) {
    return `foreground: ${JSON.stringify(options.foreground)}`;
  }
  if (options.atLeast > 0) return `atLeast: ${options.atLeast}`;
  if (options.centred > 0) return `centred: ${options.centred}`;
  return options.emptyImages === 0 ? 'emptyImages: 0' : undefined;
}

function requireOneSize(survey: Survey): void {
  const [first, ...others] = survey.train;
  const { size } = survey.image(first!);
  const odd = others.find((id) =>
    survey.image(id).size.some((extent, axis) => extent !== size[axis]),
  );
  if (odd !== undefined) {
    throw sizesDiffer({ id: first!, size }, { id: odd, size: survey.image(odd).size });
  }
}

function deckFrom(laps: Laps, start: number): (count: number) => string[] {
  if (laps.size === 0) return () => [];
  const deck = new Deck(laps, start);
  return (count) => deck.draw(count);
}

function shuffled(ids: readonly string[], random: RandomStream): Laps {
  return { size: ids.length, lap: (index) => random.fork(`lap ${index}`).shuffle([...ids]) };
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
    lap: (index) => {
      const part = Array.from(
        { length: kept },
        (_, at) => order[(index * kept + at) % order.length]!,
      );
      return random.fork(`lap ${index}`).shuffle([...foreground, ...part]);
    },
  };
}
