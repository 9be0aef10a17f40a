import { join } from 'node:path';
import { namesOfFormats } from '../decoding/formats.ts';
import { looseName } from '../pairing/maskFiles.ts';
import { entriesOf } from './entries.ts';
import { DRAWN } from './relations.ts';

export const IMAGE_FOLDERS = ['images', 'image', 'imgs', 'img', 'imagesTr', 'x'];
export const MASK_FOLDERS = [
  'masks',
  'mask',
  'labels',
  'label',
  'annotations',
  'segmentations',
  'segmentation',
  'ground_truth',
  'gt',
  'targets',
  'labelsTr',
  'y',
];
export const IMAGE_FILE = namesOfFormats();
export const LOSSY = namesOfFormats(['jpeg']);
export const LOSSLESS = namesOfFormats(['png', 'tiff', 'bmp', 'gif']);
/** Masks are looked for among files without loss first. */
const MASK_FILES = [LOSSLESS, IMAGE_FILE];
/** Masks whose names are compared letter by letter. */
const COMPARED = 400;
/** What second and further masks of an image have behind the name of the first. */
const FURTHER = /^[_\-. ]?\(?\d{1,4}\)?$/;

/** Images and masks as they were found to belong together. */
export interface Pairing {
  /** Glob or pattern, relative to the folder. */
  readonly images: string;
  readonly masks: string;
  readonly ids: readonly string[];
  /** Ids whose mask is not there. */
  readonly missing: readonly string[];
  /** Absolute paths. */
  readonly imageFiles: readonly string[];
  readonly maskFiles: readonly string[];
  /** Each image that has a mask, with its first one. */
  readonly pairs: readonly (readonly [image: string, mask: string])[];
  /** Images that have more than one mask. */
  readonly several: readonly string[];
  /** Masks that belong to no image, by name. */
  readonly spare: readonly string[];
  /** Folders that are called as parts of a set: train, val, test. */
  readonly divisions?: readonly Division[];
  /** Folders of images that have no masks. */
  readonly leftOut?: readonly string[];
  /** Of classes whose masks are files of their own: the mask of each image that has one. */
  readonly labels?: ReadonlyMap<string, ReadonlyMap<string, string>>;
}

/** A folder that is called as a part of a set. */
export interface Division {
  /** What the ids in it begin with. */
  readonly begins: string;
  readonly split: 'train' | 'validation' | 'test';
  readonly hasMasks: boolean;
}

/** Images and the masks of each folder that is called as one of masks, the likeliest first. */
export async function findPairs(folder: string): Promise<readonly Pairing[]> {
  const { folders } = await entriesOf(folder);
  const named = (names: readonly string[]) =>
    names.flatMap((name) => folders.find((own) => own.toLowerCase() === name.toLowerCase()) ?? []);
  const [images = ''] = named(IMAGE_FOLDERS);
  const drawn = folders.filter((own) => DRAWN.test(own));
  const found = new Map<string, Pairing>();
  for (const wanted of MASK_FILES) {
    for (const masks of new Set([...drawn, ...named(MASK_FOLDERS), images])) {
      const pairing = found.has(masks) ? undefined : await pairsOf(folder, images, masks, wanted);
      if (pairing !== undefined) found.set(masks, pairing);
    }
  }
  return [...found.values()];
}

/**
 * Pairs by name: a mask is called as its image is, with something before or behind it. The case of
 * letters and the Unicode form do not count.
 */
async function pairsOf(
  folder: string,
  imageFolder: string,
  maskFolder: string,
  wanted: RegExp,
): Promise<Pairing | undefined> {
  const images = await filesIn(join(folder, imageFolder), IMAGE_FILE);
  const masks = await filesIn(join(folder, maskFolder), wanted);
  const same = imageFolder === maskFolder;
  // Names that differ by a number alone are those of two images.
  const isTold = ({ head, foot }: Affix) => !same || /\p{L}/u.test(head + foot);
  const names = namesOf(images, masks, same);
  const affix = affixOf([names], same, isTold);
  if (affix === undefined) return undefined;
  const found = matched(names, same, affix);
  const { own, used, several } = found;
  const inFolder = (name: string, file: string) => (name === '' ? file : `${name}/${file}`);
  const { tail, head, foot } = affix;
  const more = several.length > 0 ? '*' : '';
  const mask = (file: string) => join(folder, maskFolder, file);
  return {
    ...found,
    images: inFolder(imageFolder, `${tail === '' ? '*' : `{id}${tail}`}.${endingOf(own)}`),
    masks: inFolder(maskFolder, `${head}{id}${foot}${more}.${endingOf(used)}`),
    imageFiles: own.map((file) => join(folder, imageFolder, file)),
    maskFiles: used.map(mask),
    pairs: found.pairs.map(([image, first]) => [join(folder, imageFolder, image), mask(first)]),
  };
}

/** What is constant in the names of images, and of their masks, around the id. */
export interface Affix {
  /** Of images, behind the id; `{}` stands for `Names.own`. */
  readonly tail: string;
  /** Of masks, before and behind it. */
  readonly head: string;
  readonly foot: string;
}

/** Names of files of a folder, and of the folder of their masks. */
export interface Names {
  readonly images: readonly string[];
  readonly masks: readonly string[];
  readonly maskOf: ReadonlyMap<string, string>;
  /** What the folder is called that tells these images from others: their names may end in it. */
  readonly own?: string | undefined;
}

/** The end that images of a folder have behind their ids. */
export function tailIn({ own = '' }: Names, tail: string): string {
  return tail.replace('{}', () => own);
}

/** @param same whether masks lie among the images */
export function namesOf(images: readonly string[], masks: readonly string[], same: boolean): Names {
  return { images, masks, maskOf: filesByStem(masks, !same) };
}

/**
 * The affixes by which most images have a mask; undefined where none has.
 *
 * @param same whether masks lie among the images
 */
export function affixOf(
  folders: readonly Names[],
  same: boolean,
  allows: (affix: Affix) => boolean = () => true,
): Affix | undefined {
  const known = folders.map((names) => ({ names, stems: names.images.map(stemOf) }));
  let best: (Affix & { readonly found: number }) | undefined;
  const tails = tailsOf(known.flatMap(({ stems }) => stems));
  for (const tail of same ? tails : [...tails, ...ownTails(folders)]) {
    const named = known.map(({ names, stems }) => {
      const end = tailIn(names, tail);
      const ids = stems.filter((stem) => stem.endsWith(end)).map((stem) => cut(stem, end));
      return { ids, maskOf: names.maskOf };
    });
    for (const { head, foot } of affixesOf(named, same ? tail : undefined)) {
      if (!allows({ tail, head, foot })) continue;
      const found = named.reduce(
        (sum, { ids, maskOf }) =>
          sum + ids.filter((id) => maskOf.has(looseName(`${head}${id}${foot}`))).length,
        0,
      );
      if (found > (best?.found ?? 0)) best = { tail, head, foot, found };
    }
  }
  return best;
}

/** Which images of a folder have which masks; files by their names. */
export interface Matched {
  readonly own: readonly string[];
  readonly ids: readonly string[];
  readonly missing: readonly string[];
  readonly several: readonly string[];
  readonly used: readonly string[];
  readonly spare: readonly string[];
  readonly pairs: readonly (readonly [image: string, mask: string])[];
}

export function matched(names: Names, same: boolean, { head, foot, ...affix }: Affix): Matched {
  const { images, masks, maskOf } = names;
  const tail = tailIn(names, affix.tail);
  const maskName = (id: string) => looseName(`${head}${id}${foot}`);
  const [before, behind] = [looseName(head), looseName(foot)];
  const isMask = (stem: string) =>
    same && foot + head !== '' && stem.startsWith(before) && stem.endsWith(behind);
  const candidates = images.filter((file) => stemOf(file).endsWith(tail));
  const first = new Set(candidates.map((file) => maskName(cut(stemOf(file), tail))));
  const further = (file: string) => {
    const stem = looseName(stemOf(file));
    const digits = /[_\-. ]?\(?\d{1,4}\)?$/.exec(stem);
    const start = digits === null ? stem : cut(stem, digits[0]);
    const known = maskOf.has(start) && first.has(start) && FURTHER.test(stem.slice(start.length));
    return known ? start : undefined;
  };
  const own = candidates.filter(
    (file) => !isMask(looseName(stemOf(file))) && !(same && further(file) !== undefined),
  );
  const ids = own.map((file) => cut(stemOf(file), tail)).sort();
  const expected = new Set(ids.map(maskName));
  const more = masks.filter((file) => {
    const start = further(file);
    return start !== undefined && expected.has(start) && !expected.has(looseName(stemOf(file)));
  });
  const used = new Set([...ids.flatMap((id) => maskOf.get(maskName(id)) ?? []), ...more]);
  const withMore = new Set(more.map(further));
  return {
    own,
    ids,
    missing: ids.filter((id) => !maskOf.has(maskName(id))),
    several: ids.filter((id) => withMore.has(maskName(id))),
    used: [...used],
    spare: same ? [] : masks.filter((file) => !used.has(file)),
    pairs: own.flatMap((file) => {
      const mask = maskOf.get(maskName(cut(stemOf(file), tail)));
      return mask === undefined ? [] : [[file, mask] as const];
    }),
  };
}

/** Masks by loose name without ending: of all endings where no name has two, else of the most frequent one. */
function filesByStem(files: readonly string[], several: boolean): ReadonlyMap<string, string> {
  const named = (file: string): [string, string] => [looseName(stemOf(file)), file];
  const all = new Map(files.map(named));
  if (several && all.size === files.length) return all;
  const frequent = mostFrequent(files.map(extensionOf));
  return new Map(files.filter((file) => extensionOf(file) === frequent).map(named));
}

/** The ending of all files, as a pattern. */
export function endingOf(files: readonly string[]): string {
  const endings = [...new Set(files.map(extensionOf))].sort();
  return endings.length === 1 ? endings[0]! : `{${endings.join(',')}}`;
}

export async function filesIn(folder: string, wanted: RegExp): Promise<string[]> {
  return (await entriesOf(folder)).files.filter((name) => wanted.test(name));
}

export function stemOf(file: string): string {
  return file.replace(/\.[^.]+$/, '');
}

function extensionOf(file: string): string {
  return file.slice(file.lastIndexOf('.') + 1).toLowerCase();
}

export function cut(text: string, tail: string): string {
  return text.slice(0, text.length - tail.length);
}

function mostFrequent(values: readonly string[]): string | undefined {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].sort(([, left], [, right]) => right - left)[0]?.[0];
}

/** Ends that images' names may have in common and masks' names have not, such as `_image`. */
function tailsOf(stems: readonly string[]): string[] {
  const words = stems.flatMap((stem) => /[_.-][A-Za-z0-9]{1,12}$/.exec(stem)?.[0] ?? []);
  const frequent = mostFrequent(
    words.filter((word) => !/^[_.-]\d+$|mask|label|seg|gt|truth|annot/i.test(word)),
  );
  return frequent === undefined ? [''] : ['', frequent];
}

/** The end in which images of each folder have the folder's own name, as in `training/images/21_training.tif`. */
function ownTails(folders: readonly Names[]): string[] {
  return ['_', '-', '.'].flatMap((mark) => {
    const has = folders.every(
      ({ images, own }) =>
        own !== undefined && images.every((file) => stemOf(file).endsWith(mark + own)),
    );
    return has ? [`${mark}{}`] : [];
  });
}

/**
 * What masks' names have before and behind an id.
 *
 * @param ownTail what images' names have behind the id, where masks lie in the same folder
 */
function affixesOf(
  folders: readonly {
    readonly ids: readonly string[];
    readonly maskOf: ReadonlyMap<string, string>;
  }[],
  ownTail: string | undefined,
): { head: string; foot: string }[] {
  const seen = new Map<string, { head: string; foot: string }>();
  if (ownTail === undefined) seen.set('', { head: '', foot: '' });
  const each = Math.ceil(COMPARED / folders.length);
  for (const { ids, maskOf } of folders.slice(0, COMPARED)) {
    const known = new Set(ids.map(looseName));
    for (const mask of [...maskOf.values()].map(stemOf).slice(0, each)) {
      for (let from = 0; from < mask.length; from++) {
        for (let to = mask.length; to > from; to--) {
          if (!known.has(looseName(mask.slice(from, to)))) continue;
          const [head, foot] = [mask.slice(0, from), mask.slice(to)];
          // In one folder this would be the image itself.
          if (head === '' && foot === ownTail) continue;
          seen.set(`${head}\n${foot}`, { head, foot });
        }
      }
    }
  }
  return [...seen.values()];
}
