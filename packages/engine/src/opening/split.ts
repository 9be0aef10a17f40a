import type { Dataset, RaremaskError } from '@raremask/core';
import { createRandom } from '@raremask/core/host';
import type { ListSource } from '@raremask/core/manifest';
import { listsOverlap, splitMixed, splitShares, splitTooFew } from './errors.ts';
import { IdLists } from './listFile.ts';

/** `data.split` of a manifest. */
export interface SplitRule {
  readonly train?: ListSource | undefined;
  /** A list, or a share of the images, 0 to 1. */
  readonly validation: ListSource | number;
  readonly test?: ListSource | number | undefined;
  readonly by: 'group' | 'image';
  readonly stratify: boolean;
}

export interface SplitOptions {
  readonly dataset: Pick<Dataset, 'ids' | 'group'>;
  readonly split: SplitRule;
  /** Where relative list files are looked for first: the manifest's folder. */
  readonly folder: string;
  /** Where they are looked for next: the folder of the data. */
  readonly dataRoot?: string;
  readonly seed: number;
  /** Asked for every image that is divided by share, where the rule says `stratify`. */
  isEmpty?(id: string): Promise<boolean> | boolean;
  /** Hears of each id of a list that the data set does not have; left out, it is a mistake. */
  onUnknown?(id: string, reason: RaremaskError): void;
  warn?(line: string): void;
}

export type Splits = Readonly<Record<'train' | 'validation' | 'test', readonly string[]>>;

/** Ids of each split, in the data set's order; behind them those that it does not have. */
export interface SplitIds {
  readonly train: string[];
  readonly validation: string[];
  readonly test: string[];
}

const NAMES = ['train', 'validation', 'test'] as const;
type Name = (typeof NAMES)[number];

/**
 * Divides a data set, by list files or by share. By share, whole groups are dealt out, and empty
 * images likewise; the same seed gives the same splits.
 */
export async function splitIds(options: SplitOptions): Promise<SplitIds> {
  const { split, dataset } = options;
  checkRule(split);
  const assigned =
    typeof split.validation === 'number'
      ? await dealOut(split.validation, typeof split.test === 'number' ? split.test : 0, options)
      : await listed(options);
  const result: SplitIds = { train: [], validation: [], test: [] };
  for (const id of dataset.ids) {
    const name = assigned.get(id);
    if (name !== undefined) result[name].push(id);
    assigned.delete(id);
  }
  for (const [id, name] of assigned) result[name].push(id);
  if (split.by === 'group') warnOfCutGroups(result, options);
  return result;
}

function checkRule({ train, validation, test }: SplitRule): void {
  if (typeof validation !== 'number') {
    if (train !== undefined && typeof test !== 'number') return;
    throw splitMixed(
      train === undefined
        ? 'validation is a list file, but train is not given'
        : 'validation is a list file, but test is a share',
      'give a list file for each split, or a share for data.split.validation',
    );
  }
  if (train !== undefined || isList(test)) {
    throw splitMixed(
      `validation is a share, but ${train === undefined ? 'test' : 'train'} is a list file`,
      'give a list file for data.split.validation as well, or shares alone',
    );
  }
  if (!(validation > 0 && (test ?? 0) >= 0 && validation + (test ?? 0) < 1)) {
    throw splitShares(validation, test ?? 0);
  }
}

async function listed({
  dataset,
  split,
  folder,
  dataRoot,
  onUnknown,
}: SplitOptions): Promise<Map<string, Name>> {
  const known = new Set(dataset.ids);
  const groups = new Map<string, string[]>();
  for (const id of dataset.ids) {
    const group = dataset.group(id);
    if (group === undefined) continue;
    const own = groups.get(group);
    if (own === undefined) groups.set(group, [id]);
    else own.push(id);
  }
  const folders = [...new Set(dataRoot === undefined ? [folder] : [folder, dataRoot])];
  const lists = new IdLists(folders, known, groups);
  const assigned = new Map<string, Name>();
  const places = new Map<string, string>();
  const shared: { id: string; place: string; other: string }[] = [];
  for (const name of NAMES) {
    const list = split[name];
    if (!isList(list)) continue;
    for (const [id, place] of await lists.read(list, onUnknown)) {
      const other = places.get(id);
      if (other !== undefined) shared.push({ id, place, other });
      places.set(id, place);
      assigned.set(id, name);
    }
  }
  if (shared.length > 0) throw listsOverlap(shared);
  return assigned;
}

function isList(source: ListSource | number | undefined): source is ListSource {
  return source !== undefined && typeof source !== 'number';
}

/** Images that stay together. */
interface Unit {
  readonly ids: string[];
  /** Images with foreground, and without. */
  readonly counts: [filled: number, empty: number];
}

/**
 * Deals units out, the largest first, each to the split where it brings the counts of filled and
 * empty images nearest to their shares (after the iterative stratification of Sechidis, Tsoumakas
 * and Vlahavas, 2011); then exchanges units while that brings them nearer. Every split that has a
 * share gets at least one unit.
 */
async function dealOut(
  validation: number,
  test: number,
  options: SplitOptions,
): Promise<Map<string, Name>> {
  const shares = { train: 1 - validation - test, validation, test };
  const names = NAMES.filter((name) => shares[name] > 0);
  const units = await unitsOf(options);
  if (units.length < names.length) {
    const grouped = units.some(({ ids }) => ids.length > 1);
    throw splitTooFew(grouped ? 'groups' : 'images', units.length, names.length);
  }
  const ordered = createRandom(options.seed).fork('split').shuffle(units);
  ordered.sort((left, right) => right.ids.length - left.ids.length);
  const totals = [0, 1].map((kind) => units.reduce((sum, { counts }) => sum + counts[kind]!, 0));
  const piles = names.map(
    (name) =>
      new Pile(
        name,
        totals.map((total) => total * shares[name]),
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
  return new Map(
    piles.flatMap(({ name, units: own }) =>
      own.flatMap(({ ids }) => ids.map((id): [string, Name] => [id, name])),
    ),
  );
}

/** More units than this come near enough to their shares when they are dealt. */
const EXCHANGED_UNITS = 500;

/** Swaps and moves units between piles while the counts come nearer to what is wanted. */
function exchangeUnits(piles: readonly Pile[]): void {
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

class Pile {
  readonly name: Name;
  units: Unit[] = [];
  readonly #wanted: readonly number[];
  #counts: readonly number[] = [0, 0];

  constructor(name: Name, wanted: readonly number[]) {
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

async function unitsOf({ dataset, split, isEmpty }: SplitOptions): Promise<Unit[]> {
  const units = new Map<string, Unit>();
  for (const id of dataset.ids) {
    const group = split.by === 'group' ? dataset.group(id) : undefined;
    const key = group === undefined ? `image ${id}` : `group ${group}`;
    let unit = units.get(key);
    if (unit === undefined) {
      unit = { ids: [], counts: [0, 0] };
      units.set(key, unit);
    }
    unit.ids.push(id);
    const empty = split.stratify && isEmpty !== undefined && (await isEmpty(id));
    unit.counts[empty ? 1 : 0]++;
  }
  return [...units.values()];
}

/** A group in two splits lets the network see in training what it is scored on. */
function warnOfCutGroups(result: SplitIds, { dataset, warn }: SplitOptions): void {
  const splitsOfGroup = new Map<string, Set<Name>>();
  for (const name of NAMES) {
    for (const id of result[name]) {
      const group = dataset.group(id);
      if (group === undefined) continue;
      splitsOfGroup.set(group, (splitsOfGroup.get(group) ?? new Set()).add(name));
    }
  }
  const cut = [...splitsOfGroup].filter(([, names]) => names.size > 1);
  const [first] = cut;
  if (first === undefined) return;
  warn?.(
    `data.split: ${cut.length} of ${splitsOfGroup.size} groups are in more than one split, for example ${first[0]} in ${[...first[1]].join(' and ')}; scores will look better than they are`,
  );
}
