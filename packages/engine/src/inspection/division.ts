import type { Inspection } from '@raremask/record';
import type { Work } from '../opening/openWork.ts';
import type { CountedImage } from '../reading/plan.ts';
import type { CountedSurvey } from '../survey/survey.ts';

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

/** Images of the same values, those of several splits first. */
export function duplicatesOf(
  images: readonly CountedImage[],
  splitOfId: ReadonlyMap<string, SplitName>,
): Inspection['duplicates'] {
  const byDigest = new Map<string, string[]>();
  for (const { id, digest } of images) {
    const same = byDigest.get(digest);
    if (same) same.push(id);
    else byDigest.set(digest, [id]);
  }
  return [...byDigest.values()]
    .filter((ids) => ids.length > 1)
    .map((ids) => ({ ids, splits: [...new Set(ids.map((id) => splitOfId.get(id)!))] }))
    .sort((left, right) => right.splits.length - left.splits.length);
}
