import type { Division } from './pairs.ts';
import { type Couple, MASK, type Relation } from './relations.ts';
import type { Folder } from './tree.ts';

/** What folders of images without structure are called. */
const GOOD =
  /^(good|ok|normal|neg|negatives?|clean|empty|none|healthy|background|no_?(defects?|tumou?rs?))$/i;
/** Choices of a placeholder that are written out, at most. */
const MOST_CHOICES = 20;
/** What parts of a set are called that are divided already. */
const DIVISIONS = [
  ['train', /^train(ing)?$/i],
  ['validation', /^(val(id|idation)?|dev)$/i],
  ['test', /^test(ing)?$/i],
] as const;
/** What has another meaning in a pattern of files. */
const SPECIAL = /[*?[\]{}\\]|[@!+]\(/;

/** The pattern of all folders of images that belong to the set. */
export interface Shape {
  /** Names of folders, or placeholders in their place. */
  readonly parts: readonly string[];
  /** The same with choices, where not all that fits belongs to the set. */
  readonly pattern: readonly string[];
  /** Folders of images that have no masks, and by their names need none. */
  readonly good: readonly Folder[];
  /** Folders of images whose masks are not there. */
  readonly leftOut: readonly Folder[];
  /** What placeholders stand for in the path of a folder. */
  valuesOf(parts: readonly string[]): readonly string[];
}

export function shapeOf(
  folders: readonly Folder[],
  fitting: readonly Couple[],
  { couples, place }: Relation,
): Shape | undefined {
  const own = [...new Set(fitting.map(({ images }) => images))];
  const [{ parts: first }] = own as [Folder];
  const ofMasks = new Set(
    couples.filter(({ images, masks }) => images !== masks).map(({ masks }) => masks),
  );
  const varying = variesIn(own);
  const isAlike = ({ parts }: Folder, free: ReadonlySet<number>) =>
    parts.length === first.length && parts.every((part, at) => free.has(at) || part === first[at]);
  const others = folders.filter(
    (one) => !own.includes(one) && !ofMasks.has(one) && !one.parts.some((part) => MASK.test(part)),
  );
  const free = new Set([...varying, ...(place === undefined ? [] : [place])]);
  const inShape = others.filter((one) => isAlike(one, varying) || isAlike(one, free));
  const isGood = ({ parts }: Folder) => parts.some((part) => GOOD.test(part));
  const good = inShape.filter(isGood);
  const leftOut = inShape.filter((one) => !isGood(one));
  const all = [...own, ...good];
  const open = variesIn(all);
  if (first.some((part, at) => !open.has(at) && SPECIAL.test(part))) return undefined;
  const names = placeholders(all, open);
  const parts = first.map((part, at) => (open.has(at) ? `{${names.get(at)}}` : part));
  const isMeant = new Set(all);
  const isExact = folders.every((one) => isMeant.has(one) || !isAlike(one, open));
  const choicesOf = (at: number) => [...new Set(all.map((one) => one.parts[at]!))].sort();
  const isWritable = [...open].every(
    (at) =>
      choicesOf(at).length <= MOST_CHOICES && !choicesOf(at).some((one) => /[,{}:]/.test(one)),
  );
  if (!isExact && !isWritable) return undefined;
  const pattern = first.map((part, at) => {
    if (!open.has(at)) return part;
    return isExact ? `{${names.get(at)}}` : `{${names.get(at)}:${choicesOf(at).join(',')}}`;
  });
  const valuesOf = (own: readonly string[]) => own.filter((_, at) => open.has(at));
  return { parts, pattern, good, leftOut, valuesOf };
}

function divisionOf(name: string): Division['split'] | undefined {
  return DIVISIONS.find(([, called]) => called.test(name))?.[0];
}

/** How the set is divided by its folders, where the first thing in an id says so. */
export function divisionsOf(fitting: readonly Couple[], { good, valuesOf }: Shape): Division[] {
  const withMasks = new Set(fitting.map(({ images }) => valuesOf(images.parts)[0]));
  const all = new Set([...withMasks, ...good.map(({ parts }) => valuesOf(parts)[0])]);
  return [...all].flatMap((name) => {
    const split = divisionOf(name ?? '');
    if (split === undefined) return [];
    return [{ begins: `${name}/`, split, hasMasks: withMasks.has(name) }];
  });
}

/** Places at which the names differ that lead to folders. */
function variesIn(folders: readonly Folder[]): ReadonlySet<number> {
  const [{ parts }] = folders as [Folder];
  const differs = (part: string, at: number) => folders.some((one) => one.parts[at] !== part);
  return new Set(parts.flatMap((part, at) => (differs(part, at) ? [at] : [])));
}

/** Names of placeholders by their places. */
function placeholders(
  folders: readonly Folder[],
  open: ReadonlySet<number>,
): ReadonlyMap<number, string> {
  let others = 0;
  return new Map(
    [...open].map((at) => {
      if (folders.every(({ parts }) => divisionOf(parts[at]!) !== undefined)) return [at, 'part'];
      others++;
      return [at, others === 1 ? 'folder' : `folder${others}`];
    }),
  );
}
