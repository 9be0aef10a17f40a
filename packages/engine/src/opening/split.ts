import type { Dataset, RaremaskError } from '@raremask/core';
import { createRandom } from '@raremask/core/host';
import type { ListSource } from '@raremask/core/manifest';
import { type ClassesIn, deal, unitsOf } from './deal.ts';
import { listsOverlap, splitMixed, splitShares } from './errors.ts';
import { IdLists, idsOfGroups } from './listFile.ts';

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
  readonly classesIn?: ClassesIn;
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
 * Divides a data set, by lists or by share. By share, whole groups are dealt out, empty
 * images and those of each class likewise; the same seed gives the same splits. A list of test images goes with a share for validation.
 */
export async function splitIds(options: SplitOptions): Promise<SplitIds> {
  const { split, dataset } = options;
  checkRule(split);
  const assigned = await listed(options);
  if (typeof split.validation === 'number') {
    const test = typeof split.test === 'number' ? split.test : 0;
    const left = dataset.ids.filter((id) => !assigned.has(id));
    for (const [id, name] of await dealOut(left, split.validation, test, options)) {
      assigned.set(id, name);
    }
  }
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
  if (train !== undefined) {
    throw splitMixed(
      'validation is a share, but train is a list file',
      'give a list file for data.split.validation as well, or leave train out',
    );
  }
  const held = isList(test) ? 0 : (test ?? 0);
  if (!(validation > 0 && held >= 0 && validation + held < 1)) throw splitShares(validation, held);
}

async function listed({
  dataset,
  split,
  folder,
  dataRoot,
  onUnknown,
}: SplitOptions): Promise<Map<string, Name>> {
  const folders = [...new Set(dataRoot === undefined ? [folder] : [folder, dataRoot])];
  const lists = new IdLists(folders, new Set(dataset.ids), idsOfGroups(dataset));
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

/** Deals units out by shares, empty images and those of each class likewise. */
async function dealOut(
  ids: readonly string[],
  validation: number,
  test: number,
  { dataset, split, seed, classesIn }: SplitOptions,
): Promise<Map<string, Name>> {
  const shares = { train: 1 - validation - test, validation, test };
  const names = NAMES.filter((name) => shares[name] > 0);
  const group = (id: string) => (split.by === 'group' ? dataset.group(id) : undefined);
  const units = await unitsOf(ids, group, split.stratify ? classesIn : undefined);
  const wanted = names.map((name) => ({ name, share: shares[name] }));
  return deal(units, wanted, createRandom(seed).fork('split'));
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
