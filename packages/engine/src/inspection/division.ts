import type { Inspection } from '@raremask/record';
import type { Work } from '../opening/openWork.ts';
import type { CountedImage } from '../reading/plan.ts';
import type { CountedSurvey } from '../survey/survey.ts';
import { isBlank } from './contents.ts';

export type SplitName = 'train' | 'validation' | 'test';

/** How many images and groups of a split can be read, and how many of them are without foreground. */
export function splitCounts(work: Work, survey: CountedSurvey, name: SplitName) {
  const ids = work.splits[name].filter((id) => survey.has(id));
  const filled = new Set<string>();
  const groups = new Set<string>();
  let empty = 0;
  for (const id of ids) {
    const group = work.dataset.group(id) ?? `image ${id}`;
    groups.add(group);
    if (survey.hasForeground(id)) filled.add(group);
    else empty++;
  }
  return {
    name,
    images: ids.length,
    empty,
    groups: groups.size,
    emptyGroups: groups.size - filled.size,
  };
}

/** Groups of several images, with the splits that they lie in. */
export function groupsOf(
  { dataset }: Work,
  survey: CountedSurvey,
  splitOfId: ReadonlyMap<string, SplitName>,
): Inspection['groups'] {
  const groups = new Map<string, { splits: Set<string>; images: number; empty: number }>();
  for (const [id, split] of splitOfId) {
    const name = dataset.group(id);
    if (name === undefined) continue;
    const group = groups.get(name) ?? { splits: new Set(), images: 0, empty: 0 };
    groups.set(name, group);
    group.splits.add(split);
    group.images++;
    if (survey.has(id) && !survey.hasForeground(id)) group.empty++;
  }
  return [...groups]
    .filter(([, { images }]) => images > 1)
    .map(([name, { splits, images, empty }]) => ({ name, splits: [...splits], images, empty }));
}

/** Images of the same values, those of several splits first; images of one intensity are left out. */
export function duplicatesOf(
  images: Iterable<CountedImage>,
  splitOfId: ReadonlyMap<string, SplitName>,
): Inspection['duplicates'] {
  const ids: string[] = [];
  /** A digest as two numbers: no text is kept for each image. */
  const highs: number[] = [];
  const lows: number[] = [];
  for (const image of images) {
    if (isBlank(image)) continue;
    ids.push(image.id);
    highs.push(Number.parseInt(image.digest.slice(0, 12), 16));
    lows.push(Number.parseInt(image.digest.slice(12), 16));
  }
  const order = Uint32Array.from(ids.keys()).sort(
    (left, right) => highs[left]! - highs[right]! || lows[left]! - lows[right]! || left - right,
  );
  const found: { readonly first: number; readonly ids: string[] }[] = [];
  for (let at = 1; at < order.length; at++) {
    const [before, own] = [order[at - 1]!, order[at]!];
    if (highs[before] !== highs[own] || lows[before] !== lows[own]) continue;
    const last = found.at(-1);
    if (last?.ids.at(-1) === ids[before]) last!.ids.push(ids[own]!);
    else found.push({ first: before, ids: [ids[before]!, ids[own]!] });
  }
  return found
    .sort((left, right) => left.first - right.first)
    .map(({ ids: same }) => ({
      ids: same,
      splits: [...new Set(same.map((id) => splitOfId.get(id)!))],
    }))
    .sort((left, right) => right.splits.length - left.splits.length);
}
