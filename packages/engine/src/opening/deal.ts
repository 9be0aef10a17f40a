import type { RandomStream } from '@raremask/core';
import { splitTooFew } from './errors.ts';

/** Images that stay together. */
export interface Unit {
  readonly ids: string[];
  /** Images with foreground, and without. */
  readonly counts: [filled: number, empty: number];
}

/** A pile that units are dealt to, and its share of all, 0 to 1. */
export interface Share<N extends string> {
  readonly name: N;
  readonly share: number;
}

/**
 * Deals units out, the largest first, each to the pile where it brings the counts of filled and
 * empty images nearest to their shares (after the iterative stratification of Sechidis, Tsoumakas
 * and Vlahavas, 2011); then exchanges units while that brings them nearer. Every pile gets at least
 * one unit.
 *
 * @returns the name of each image's pile
 * @throws RaremaskError where there are fewer units than piles
 */
export function deal<N extends string>(
  units: readonly Unit[],
  shares: readonly Share<N>[],
  random: Pick<RandomStream, 'shuffle'>,
): Map<string, N> {
  if (units.length < shares.length) {
    const grouped = units.some(({ ids }) => ids.length > 1);
    throw splitTooFew(grouped ? 'groups' : 'images', units.length, shares.length);
  }
  const ordered = random.shuffle([...units]);
  ordered.sort((left, right) => right.ids.length - left.ids.length);
  const totals = [0, 1].map((kind) => units.reduce((sum, { counts }) => sum + counts[kind]!, 0));
  const piles = shares.map(
    ({ name, share }) =>
      new Pile(
        name,
        totals.map((total) => total * share),
      ),
  );
  for (const unit of ordered) {
    const costs = piles.map((pile) => pile.change([], [unit]));
    piles[costs.indexOf(Math.min(...costs))]!.exchange([], [unit]);
  }
  for (const pile of piles) {
    if (pile.units.length > 0) continue;
    const richest = piles.reduce((most, other) =>
      other.units.length > most.units.length ? other : most,
    );
    // Units come by size: the last one is the smallest.
    const smallest = richest.units.at(-1)!;
    richest.exchange([smallest], []);
    pile.exchange([], [smallest]);
  }
  if (units.length <= EXCHANGED_UNITS) exchangeUnits(piles);
  const dealt = new Map<string, N>();
  for (const { name, units: own } of piles) {
    for (const { ids } of own) for (const id of ids) dealt.set(id, name);
  }
  return dealt;
}

/** More units than this come near enough to their shares when they are dealt. */
const EXCHANGED_UNITS = 500;

/** Swaps and moves units between piles while the counts come nearer to what is wanted. */
function exchangeUnits<N extends string>(piles: readonly Pile<N>[]): void {
  let better = true;
  while (better) {
    better = false;
    for (const from of piles) {
      for (const to of piles) {
        if (from === to) continue;
        for (const given of [...from.units]) {
          // Nothing in return is a move, unless it would leave a split empty.
          const returns = [
            ...to.units.map((unit) => [unit]),
            ...(from.units.length > 1 ? [[]] : []),
          ];
          const taken = returns.find(
            (back) => from.change([given], back) + to.change(back, [given]) < -1e-9,
          );
          if (taken === undefined) continue;
          from.exchange([given], taken);
          to.exchange(taken, [given]);
          better = true;
        }
      }
    }
  }
}

class Pile<N extends string> {
  readonly name: N;
  units: Unit[] = [];
  readonly #wanted: readonly number[];
  #counts: readonly number[] = [0, 0];

  constructor(name: N, wanted: readonly number[]) {
    this.name = name;
    this.#wanted = wanted;
  }

  /** By how much an exchange changes the squared distance to the wanted counts, in parts of these. */
  change(given: readonly Unit[], taken: readonly Unit[]): number {
    return this.#distance(this.#countsAfter(given, taken)) - this.#distance(this.#counts);
  }

  exchange(given: readonly Unit[], taken: readonly Unit[]): void {
    this.#counts = this.#countsAfter(given, taken);
    const [first] = given;
    if (first === undefined) this.units.push(...taken);
    else this.units.splice(this.units.indexOf(first), given.length, ...taken);
  }

  #countsAfter(given: readonly Unit[], taken: readonly Unit[]): number[] {
    return this.#counts.map((count, kind) => {
      let after = count;
      for (const unit of given) after -= unit.counts[kind]!;
      for (const unit of taken) after += unit.counts[kind]!;
      return after;
    });
  }

  #distance(counts: readonly number[]): number {
    return this.#wanted.reduce((sum, wanted, kind) => {
      return wanted === 0 ? sum : sum + (counts[kind]! - wanted) ** 2 / wanted;
    }, 0);
  }
}

/**
 * Images as units that stay together.
 *
 * @param group the group of an image; an image without one is a unit by itself
 * @param isEmpty left out, no image counts as empty
 */
export async function unitsOf(
  ids: readonly string[],
  group: (id: string) => string | undefined,
  isEmpty?: (id: string) => Promise<boolean> | boolean,
): Promise<Unit[]> {
  const units: Unit[] = [];
  const grouped = new Map<string, Unit>();
  for (const id of ids) {
    const name = group(id);
    let unit = name === undefined ? undefined : grouped.get(name);
    if (unit === undefined) {
      unit = { ids: [], counts: [0, 0] };
      units.push(unit);
      if (name !== undefined) grouped.set(name, unit);
    }
    unit.ids.push(id);
    unit.counts[isEmpty !== undefined && (await isEmpty(id)) ? 1 : 0]++;
  }
  return units;
}
