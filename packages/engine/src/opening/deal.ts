import type { RandomStream } from '@raremask/core';
import { splitTooFew } from './errors.ts';

/** Images that stay together. */
export interface Unit {
  readonly ids: string[];
  /** Images of each kind: with foreground, without, and, where there are several classes, with each of them. */
  readonly counts: number[];
}

/** A pile that units are dealt to, and its share of all, 0 to 1. */
export interface Share<N extends string> {
  readonly name: N;
  readonly share: number;
}

/**
 * Deals units out, the largest first, each to the pile where it brings the counts of the kinds of
 * images nearest to their shares (after the iterative stratification of Sechidis, Tsoumakas
 * and Vlahavas, 2011); then exchanges units while that brings them nearer. Every pile gets at least
 * one unit, and one of each kind of which there are enough.
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
  const kinds = units[0]!.counts.map((_, kind) => {
    const own = units.map(({ counts }) => counts[kind]!);
    return {
      images: own.reduce((sum, count) => sum + count, 0),
      isNeeded: own.filter((count) => count > 0).length >= shares.length,
    };
  });
  const piles = shares.map(
    ({ name, share }) =>
      new Pile(
        name,
        kinds.map(({ images, isNeeded }) => ({ images: images * share, isNeeded })),
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

/** Images of a kind that a pile should have, and whether it must have one. */
interface Wanted {
  readonly images: number;
  readonly isNeeded: boolean;
}

/** What a pile without a kind that it needs is further from what is wanted: more than shares can be. */
const LACKING = 1e6;

class Pile<N extends string> {
  readonly name: N;
  units: Unit[] = [];
  readonly #wanted: readonly Wanted[];
  #counts: readonly number[];

  constructor(name: N, wanted: readonly Wanted[]) {
    this.name = name;
    this.#wanted = wanted;
    this.#counts = wanted.map(() => 0);
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
    return this.#wanted.reduce((sum, { images, isNeeded }, kind) => {
      if (images === 0) return sum;
      const lacking = isNeeded && counts[kind] === 0 ? LACKING : 0;
      return sum + (counts[kind]! - images) ** 2 / images + lacking;
    }, 0);
  }
}

/**
 * Images as units that stay together.
 *
 * @param group the group of an image; an image without one is a unit by itself
 * @param classesIn foreground classes that an image shows; left out, all count as one kind
 */
export async function unitsOf(
  ids: readonly string[],
  group: (id: string) => string | undefined,
  classesIn?: ClassesIn,
): Promise<Unit[]> {
  const shown: (readonly number[])[] = [];
  for (const id of ids) shown.push(classesIn === undefined ? [0] : await classesIn(id));
  const classes = [...new Set(shown.flat())];
  const kindsOf = (own: readonly number[]) => [
    ...[own.length > 0, own.length === 0],
    ...(classes.length > 1 ? classes.map((one) => own.includes(one)) : []),
  ];
  const units: Unit[] = [];
  const grouped = new Map<string, Unit>();
  for (const [at, id] of ids.entries()) {
    const name = group(id);
    const kinds = kindsOf(shown[at]!);
    let unit = name === undefined ? undefined : grouped.get(name);
    if (unit === undefined) {
      unit = { ids: [], counts: kinds.map(() => 0) };
      units.push(unit);
      if (name !== undefined) grouped.set(name, unit);
    }
    unit.ids.push(id);
    for (const [kind, has] of kinds.entries()) if (has) unit.counts[kind]! += 1;
  }
  return units;
}

/** The foreground classes that an image shows. */
export type ClassesIn = (id: string) => Promise<readonly number[]> | readonly number[];
