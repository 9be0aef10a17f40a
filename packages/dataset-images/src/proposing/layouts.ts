import { join } from 'node:path';
import { grouped } from '../lists.ts';
import {
  type Affix,
  affixOf,
  cut,
  endingOf,
  IMAGE_FILE,
  LOSSLESS,
  LOSSY,
  type Matched,
  matched,
  type Names,
  namesOf,
  type Pairing,
  stemOf,
  tailIn,
} from './pairs.ts';
import { across, beside, type Couple, DRAWN, inside, MASK, type Relation } from './relations.ts';
import { divisionsOf, shapeOf } from './shape.ts';
import { type Folder, foldersBelow } from './tree.ts';

/** What a file beside images ends or begins with, where it is a mask. */
const MASK_AFFIX = /mask|label|lbl|annot|seg|truth|target|manual|(^|[^a-z])(gt|l|m)($|[^a-z])/i;
/** What files are called of which each folder has one. */
const IMAGE = /^(image|img|photo|picture|input|original|raw|scan|x)$/i;
/** Folders of masks beside each other that are taken for classes, at most. */
const MOST_CLASSES = 16;

/**
 * Looks for images and masks below a folder, whatever their folders are called: in one folder; in a folder of masks
 * inside each folder of images; or in two trees that differ in one name, as `train/images` and `train/masks`, or
 * `test/scratch` and `ground_truth/scratch`. Where masks of several classes lie beside each other, `{class}` stands
 * for their folders.
 */
export async function findLayouts(folder: string): Promise<readonly Pairing[]> {
  const folders = await foldersBelow(folder, IMAGE_FILE);
  const relations = [...beside(folders), ...inside(folders), ...across(folders)];
  const found = relations.flatMap((relation) => pairingOf(folder, folders, relation) ?? []);
  return [...found, ...ofCases(folder, folders)].sort(
    (left, right) => likelihood(right) - likelihood(left),
  );
}

/** By how many images have a mask; what somebody has drawn may be of a part of them. */
function likelihood({ masks, pairs }: Pairing): number {
  const isDrawn = masks.split('/').some((part) => DRAWN.test(part));
  return pairs.length * (isDrawn ? 3 : 1);
}

/** A folder for each image, whose files have the same names everywhere. */
function ofCases(root: string, folders: readonly Folder[]): Pairing[] {
  const cases = folders.filter(({ parts, files }) => parts.length > 0 && files.length > 1);
  const found: Pairing[] = [];
  for (const own of grouped(cases, ({ parts }) => parts.slice(0, -1).join('/'))) {
    const [{ parts, files }] = own as [Folder];
    const mask = files.find((file) => MASK.test(stemOf(file)));
    const image = files.find((file) => IMAGE.test(stemOf(file)));
    const whole = own.filter((one) =>
      [image, mask].every((file) => one.files.includes(file ?? '')),
    );
    if (mask === undefined || image === undefined || whole.length < Math.max(own.length / 2, 2)) {
      continue;
    }
    const within = parts.slice(0, -1).map((part) => `${part}/`);
    const having = own.filter((one) => one.files.includes(image));
    const path = (one: Folder, file: string) => join(root, ...one.parts, file);
    const idOf = (one: Folder) => one.parts.at(-1)!;
    found.push({
      images: `${within.join('')}{id}/${image}`,
      masks: `${within.join('')}{id}/${mask}`,
      ids: having.map(idOf).sort(),
      missing: having.filter((one) => !one.files.includes(mask)).map(idOf),
      imageFiles: having.map((one) => path(one, image)),
      maskFiles: whole.map((one) => path(one, mask)),
      pairs: whole.map((one) => [path(one, image), path(one, mask)]),
      several: [],
      spare: [],
    });
  }
  return found;
}

/** Couples of which some images have masks, with what was matched. */
interface Fitting extends Couple {
  readonly names: Names;
  readonly found: Matched;
}

function pairingOf(
  root: string,
  folders: readonly Folder[],
  relation: Relation,
): Pairing | undefined {
  const { couples } = relation;
  const same = couples.every(({ images, masks }) => images === masks);
  const besides = same && relation.byEnding !== true;
  const place = firstVarying(couples);
  const named = couples.map((couple) => ({
    ...couple,
    names: { ...namesIn(couple, relation, besides), own: couple.images.parts[place] },
  }));
  const affix = affixOf(
    named.map(({ names }) => names),
    besides,
    ({ head, foot }) => !besides || MASK_AFFIX.test(head) || MASK_AFFIX.test(foot),
  );
  const fitting = named.flatMap((couple): Fitting[] => {
    const found = affix && matched(couple.names, besides, affix);
    return found && found.pairs.length > 0 ? [{ ...couple, found }] : [];
  });
  const isAlone = ({ images, names }: (typeof named)[number]) =>
    !same && images.files.length === 1 && names.masks.length > 0;
  const several = named.filter(isAlone);
  if (several.length > Math.max(fitting.length, 1)) {
    return composed(root, folders, relation, several.map(ofOneImage), undefined);
  }
  return affix && composed(root, folders, relation, fitting, affix);
}

/** The first place at which the names differ that lead to the images; -1 where there is none. */
function firstVarying(couples: readonly Couple[]): number {
  const [first, ...others] = couples.map(({ images }) => images.parts);
  return first!.findIndex((part, at) => others.some((parts) => parts[at] !== part));
}

/** Masks in a folder of one image are that image's, whatever they are called. */
function ofOneImage({ names, ...couple }: Couple & { readonly names: Names }): Fitting {
  const { images, masks } = names;
  const ids = images.map(stemOf);
  const found = { own: images, ids, missing: [], used: masks, spare: [], several: ids };
  return { ...couple, names, found: { ...found, pairs: [[images[0]!, masks[0]!]] } };
}

/** @param affix undefined where the names of masks do not count */
function composed(
  root: string,
  folders: readonly Folder[],
  relation: Relation,
  fitting: readonly Fitting[],
  affix: Affix | undefined,
): Pairing | undefined {
  if (fitting.length === 0) return undefined;
  const labels = [...new Set(fitting.flatMap(({ label }) => label ?? []))].sort();
  if (labels.length > MOST_CLASSES) return undefined;
  const shape = shapeOf(folders, fitting, relation);
  if (shape === undefined) return undefined;
  const { parts, pattern, good, leftOut } = shape;
  const path = (folder: Folder, file: string) => join(root, ...folder.parts, file);
  const idOf = (folder: Folder, id: string) => [...shape.valuesOf(folder.parts), id].join('/');
  const all = [...fitting, ...good.map((folder) => withoutMasks(folder, relation))];
  const idsOf = (of: (found: Matched) => readonly string[]) =>
    all.flatMap(({ images, found }) => of(found).map((id) => idOf(images, id)));
  const masksOf = (of: (found: Matched) => readonly string[]) =>
    fitting.flatMap(({ masks, found }) => of(found).map((file) => path(masks, file)));
  const imageFiles = all.flatMap(({ images, found }) =>
    found.own.map((file) => path(images, file)),
  );
  const several = idsOf((found) => found.several);
  const { tail = '', head = '', foot = '' } = affix ?? {};
  const isPlain = parts.every((part) => !part.startsWith('{'));
  const end = tail.replace('{}', () => parts[firstVarying(relation.couples)]!);
  const image = isPlain && tail === '' ? '*' : `{id}${end}`;
  const mask = affix ? `${head}{id}${foot}${several.length > 0 ? '*' : ''}` : '*';
  return {
    images: [...pattern, `${image}.${endingOf(imageFiles)}`].join('/'),
    masks: `${[...relation.masksOf(parts), mask].join('/')}.${endingOf(masksOf(({ used }) => used))}`,
    // Of a folder whose images have masks for several classes, once.
    ids: [...new Set(idsOf(({ ids }) => ids))].sort(),
    missing: [...new Set(idsOf(({ missing }) => missing))],
    imageFiles: [...new Set(imageFiles)],
    maskFiles: masksOf(({ used }) => used),
    pairs: fitting.flatMap(({ images, masks, found }) =>
      found.pairs.map(([own, first]) => [path(images, own), path(masks, first)] as const),
    ),
    several,
    spare: masksOf(({ spare }) => spare),
    divisions: divisionsOf(fitting, shape),
    leftOut: leftOut.map((folder) => folder.parts.join('/')),
    ...(labels.length > 0 && {
      labels: new Map(
        labels.map((label) => [
          label,
          new Map(
            fitting
              .filter((one) => one.label === label)
              .flatMap(({ images, masks, names, found }) =>
                found.pairs.map(([image, mask]) => [
                  idOf(images, cut(stemOf(image), tailIn(names, tail))),
                  path(masks, mask),
                ]),
              ),
          ),
        ]),
      ),
    }),
  };
}

/** Images that by the name of their folder need no masks. */
function withoutMasks(folder: Folder, relation: Relation): Fitting {
  const couple = { images: folder, masks: folder };
  const names = namesIn(couple, relation, false);
  const ids = names.images.map(stemOf);
  const found = {
    own: names.images,
    ids,
    missing: ids,
    several: [],
    used: [],
    spare: [],
    pairs: [],
  };
  return { ...couple, names, found };
}

/** Files of a couple that may be images, and those that may be masks. */
function namesIn({ images, masks }: Couple, { byEnding }: Relation, same: boolean): Names {
  const lossless = masks.files.filter((file) => LOSSLESS.test(file));
  if (byEnding) {
    return namesOf(
      images.files.filter((file) => LOSSY.test(file)),
      lossless,
      same,
    );
  }
  return namesOf(images.files, lossless.length > 0 ? lossless : masks.files, same);
}
