import type { RandomStream } from '@raremask/core';
import type { Laps } from './deck.ts';

/** Laps in which every card comes once. */
export function evenLaps(cards: readonly string[], random: RandomStream): Laps {
  return {
    size: cards.length,
    copies: () => 1,
    lap: (index) => random.fork(`lap ${index}`).shuffle([...cards]),
  };
}

/** Cards of the endless sequence of laps, from one of its positions on. */
export function cardsFrom(laps: Laps, start: number, count: number): string[] {
  const cards: string[] = [];
  for (let index = Math.floor(start / laps.size); cards.length < count; index += 1) {
    const skipped = Math.max(start - index * laps.size, 0);
    for (const card of laps.lap(index).slice(skipped, skipped + count - cards.length)) {
      cards.push(card);
    }
  }
  return cards;
}

/**
 * Laps in which every card comes as often as it weighs, on average over the laps: the whole number
 * of times just below or just above.
 *
 * @param size cards of a lap; the weights are scaled to it
 */
export function weightedLaps(
  cards: readonly string[],
  weights: readonly number[],
  size: number,
  random: RandomStream,
): Laps {
  const scale = size / weights.reduce((sum, weight) => sum + weight, 0);
  const copies = new Map(cards.map((card, index) => [card, weights[index]! * scale]));
  return {
    size,
    copies: (card) => copies.get(card)!,
    lap: (index) => {
      const stream = random.fork(`lap ${index}`);
      return spread(wholeCopies(cards, weights, size, stream), stream);
    },
  };
}

/**
 * How often each card comes among `size` of them: its share of the weights times `size`, on average;
 * the whole number just below or just above (systematic sampling in a random order, Madow 1949).
 */
export function wholeCopies(
  cards: readonly string[],
  weights: readonly number[],
  size: number,
  random: RandomStream,
): ReadonlyMap<string, number> {
  const order = random.shuffle(cards.map((_, index) => index));
  const scale = size / weights.reduce((sum, weight) => sum + weight, 0);
  const offset = random.next();
  const counts = new Map<string, number>();
  let sum = 0;
  let before = 0;
  order.forEach((index, at) => {
    sum = at === order.length - 1 ? size : sum + weights[index]! * scale;
    const until = Math.min(Math.floor(sum + offset), size);
    if (until > before) counts.set(cards[index]!, until - before);
    before = until;
  });
  return counts;
}

/** The cards in a random order, in which the copies of one card are as far apart as they can be. */
export function spread(copies: ReadonlyMap<string, number>, random: RandomStream): string[] {
  const places: { readonly card: string; readonly at: number }[] = [];
  for (const [card, count] of copies) {
    const phase = random.next();
    for (let copy = 0; copy < count; copy += 1) places.push({ card, at: (copy + phase) / count });
  }
  return places.sort((left, right) => left.at - right.at).map(({ card }) => card);
}
