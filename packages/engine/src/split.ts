import type { Dataset } from '@raremask/core';
import { createRandom } from '@raremask/core/host';
import { listsOverlap, splitMixed, splitShares, splitTooFew } from './dataErrors.ts';
import { type IdList, readIdList } from './listFile.ts';

/** `data.split` of a manifest. */
export interface SplitRule {
  /** List file; with a share for validation: the images that are divided. */
  readonly train?: string | undefined;
  /** List file, or share of the images, 0 to 1. */
  readonly validation: string | number;
  readonly test?: string | number | undefined;
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
  warn?(line: string): void;
}

/** Ids of each split, in the data set's order. */
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
  const { split } = options;
  checkRule(split);
  const lists = await readLists(options);
  checkDisjoint(lists);
  const assigned = new Map<string, Name>();
  for (const name of NAMES) {
    for (const id of lists[name]?.places.keys() ?? []) assigned.set(id, name);
  }
  if (typeof split.validation === 'number') {
    const pool = [...(lists.train?.places.keys() ?? options.dataset.ids)].filter(
      (id) => assigned.get(id) !== 'test',
    );
    const testShare = typeof split.test === 'number' ? split.test : 0;
    const shares = { train: 0, validation: split.validation, test: testShare };
    shares.train = 1 - shares.validation - shares.test;
    for (const [id, name] of await dealOut(pool, shares, options)) assigned.set(id, name);
  }
  const result: SplitIds = { train: [], validation: [], test: [] };
  for (const id of options.dataset.ids) {
    const name = assigned.get(id);
    if (name !== undefined) result[name].push(id);
  }
  if (split.by === 'group') warnOfCutGroups(result, options);
  return result;
}

function checkRule({ train, validation, test }: SplitRule): void {
  if (typeof validation === 'string') {
    if (train === undefined) {
      throw splitMixed(
        'validation is a list file, but train is not given',
        'add data.split.train, a list file as well',
      );
    }
    if (typeof test === 'number') {
      throw splitMixed(
        'validation is a list file, but test is a share',
        'give a list file for data.split.test, or a share for data.split.validation',
      );
    }
    return;
  }
  const testShare = typeof test === 'number' ? test : 0;
  if (!(validation > 0 && testShare >= 0 && validation + testShare < 1)) {
    throw splitShares(validation, testShare);
  }
}

type Lists = Partial<Record<Name, IdList>>;

async function readLists({ dataset, split, folder, dataRoot }: SplitOptions): Promise<Lists> {
  const known = new Set(dataset.ids);
  const folders = [...new Set(dataRoot === undefined ? [folder] : [folder, dataRoot])];
  const lists: Lists = {};
  for (const name of NAMES) {
    const path = split[name];
    if (typeof path === 'string') lists[name] = await readIdList(path, folders, known);
  }
  return lists;
}

function checkDisjoint(lists: Lists): void {
  const owners = new Map<string, string>();
  const shared: { id: string; place: string; other: string }[] = [];
  for (const name of NAMES) {
    for (const [id, place] of lists[name]?.places ?? []) {
      const other = owners.get(id);
      if (other === undefined) owners.set(id, place);
      else shared.push({ id, place, other });
    }
  }
  if (shared.length > 0) throw listsOverlap(shared);
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
 * and Vlahavas, 2011). Every split that has a share gets at least one unit.
 */
async function dealOut(
  pool: readonly string[],
  shares: Readonly<Record<Name, number>>,
  options: SplitOptions,
): Promise<Map<string, Name>> {
  const { split, seed } = options;
  const names = NAMES.filter((name) => shares[name] > 0);
  const units = await unitsOf(pool, options);
  if (units.length < names.length) {
    const grouped = units.some(({ ids }) => ids.length > 1);
    throw splitTooFew(
      grouped && split.by === 'group' ? 'groups' : 'images',
      units.length,
      names.length,
    );
  }
  const ordered = createRandom(seed).fork('split').shuffle(units);
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
    const costs = piles.map((pile) => pile.costOf(unit));
    piles[costs.indexOf(Math.min(...costs))]!.add(unit);
  }
  for (const pile of piles) {
    if (pile.units.length > 0) continue;
    const richest = piles.reduce((most, other) =>
      other.units.length > most.units.length ? other : most,
    );
    pile.add(richest.takeSmallest());
  }
  return new Map(
    piles.flatMap(({ name, units: own }) =>
      own.flatMap(({ ids }) => ids.map((id): [string, Name] => [id, name])),
    ),
  );
}

class Pile {
  readonly name: Name;
  readonly units: Unit[] = [];
  readonly #wanted: readonly number[];
  readonly #counts = [0, 0];

  constructor(name: Name, wanted: readonly number[]) {
    this.name = name;
    this.#wanted = wanted;
  }

  /** By how much the squared distance to the wanted counts grows, in parts of the wanted counts. */
  costOf({ counts }: Unit): number {
    return this.#wanted.reduce((cost, wanted, kind) => {
      const count = counts[kind]!;
      if (count === 0) return cost;
      const before = this.#counts[kind]! - wanted;
      return cost + ((before + count) ** 2 - before ** 2) / wanted;
    }, 0);
  }

  add(unit: Unit): void {
    this.units.push(unit);
    for (const kind of [0, 1]) this.#counts[kind]! += unit.counts[kind]!;
  }

  /** The last unit is the smallest one, because units come by size. */
  takeSmallest(): Unit {
    const unit = this.units.pop()!;
    for (const kind of [0, 1]) this.#counts[kind]! -= unit.counts[kind]!;
    return unit;
  }
}

async function unitsOf(
  pool: readonly string[],
  { dataset, split, isEmpty }: SplitOptions,
): Promise<Unit[]> {
  const units = new Map<string, Unit>();
  for (const id of pool) {
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
