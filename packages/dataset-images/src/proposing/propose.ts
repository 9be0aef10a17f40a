import { readdir, readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import type { DatasetProposal, Json } from '@raremask/core';
import { decodeMask } from '../masks/maskFile.ts';
import { parseCsv } from '../pairing/csv.ts';

const IMAGE_FOLDERS = ['images', 'image', 'imgs', 'img', 'imagesTr', 'x'];
const MASK_FOLDERS = [
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
const IMAGE_FILE = /\.(png|jpe?g|tiff?)$/i;
const MASK_FILE = /\.(png|tiff?)$/i;
const GROUP_FILES = ['split.csv', 'groups.csv', 'metadata.csv', 'index.csv'];
const GROUP_COLUMNS = [
  'group',
  'patient',
  'patient_id',
  'case',
  'case_id',
  'subject',
  'subject_id',
];
const ID_COLUMNS = ['id', 'image_id', 'image', 'name', 'filename'];
/** Masks that are read for their values; of more, as many are taken evenly. */
const MASKS_READ = 1000;
/** More values than this are no classes, but instances or grey levels. */
const MOST_CLASSES = 16;

/** Images and masks as they were found to belong together. */
interface Pairing {
  /** Glob or pattern, relative to the folder. */
  readonly images: string;
  readonly masks: string;
  readonly ids: readonly string[];
  /** Ids whose mask is not there. */
  readonly missing: readonly string[];
  /** Absolute paths. */
  readonly maskFiles: readonly string[];
}

/** Looks for images and masks in a folder, reads the masks' values, and looks for groups. */
export async function propose(
  folder: string,
  manifestFolder: string,
): Promise<DatasetProposal | undefined> {
  const pairing = await findPairs(folder);
  if (pairing === undefined) return undefined;
  const remarks: Record<string, string> = {};
  const { ids, missing } = pairing;
  remarks['data.with.masks'] = `${ids.length - missing.length} of ${ids.length} images have a mask`;
  const values = await maskValues(pairing.maskFiles);
  const classes = classesOf(values);
  remarks['data.with.classes'] = classes.remark;
  if (missing.length > 0) {
    remarks['data.with.missingMask'] =
      `assumed: the ${missing.length} images without a mask file (for example ${missing[0]}) show no structure; write error, and mend the files, if that is wrong`;
  }
  const group = await groupOf(folder, ids);
  remarks[group.option === undefined ? 'data.split.validation' : 'data.with.group'] = group.remark;
  const path = relative(manifestFolder, folder).split(sep).join('/');
  return {
    options: {
      root: path === '' ? '.' : path,
      images: pairing.images,
      masks: pairing.masks,
      classes: classes.classes,
      ...(classes.ignore !== undefined && { ignore: classes.ignore }),
      ...(missing.length > 0 && { missingMask: 'empty' }),
      ...(group.option !== undefined && { group: group.option }),
    },
    split: { validation: 0.2 },
    remarks,
    ...(group.guess !== undefined && { unlisted: group.guess }),
  };
}

async function findPairs(folder: string): Promise<Pairing | undefined> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  const named = (names: readonly string[]) =>
    names
      .map((name) => folders.find((own) => own.toLowerCase() === name.toLowerCase()))
      .find((name) => name !== undefined);
  const images = named(IMAGE_FOLDERS);
  const masks = named(MASK_FOLDERS);
  if (masks !== undefined) {
    const found = await pairsOf(folder, images ?? '', masks);
    if (found !== undefined) return found;
  }
  return await pairsOf(folder, images ?? '', images ?? '');
}

/** Pairs by name: a mask is called as its image is, with something before or behind it. */
async function pairsOf(
  folder: string,
  imageFolder: string,
  maskFolder: string,
): Promise<Pairing | undefined> {
  const imageFiles = await filesIn(join(folder, imageFolder), IMAGE_FILE);
  const maskFiles = await filesIn(join(folder, maskFolder), MASK_FILE);
  const same = imageFolder === maskFolder;
  const maskOf = filesByStem(maskFiles, !same);
  const maskStems = new Set(maskOf.keys());
  const imageStems = imageFiles.map(stemOf);
  let best: { tail: string; head: string; foot: string; found: number } | undefined;
  for (const tail of tailsOf(imageStems)) {
    const ids = imageStems.filter((stem) => stem.endsWith(tail)).map((stem) => cut(stem, tail));
    for (const { head, foot } of affixesOf(ids, maskStems, same ? tail : undefined)) {
      const found = ids.filter((id) => maskStems.has(`${head}${id}${foot}`)).length;
      if (found > (best?.found ?? 0)) best = { tail, head, foot, found };
    }
  }
  if (best === undefined) return undefined;
  const { tail, head, foot } = best;
  const inFolder = (name: string, file: string) => (name === '' ? file : `${name}/${file}`);
  const maskName = (id: string) => `${head}${id}${foot}`;
  const isMask = (stem: string) =>
    same && stem.startsWith(head) && stem.endsWith(foot) && foot + head !== '';
  const own = imageFiles.filter((file) => stemOf(file).endsWith(tail) && !isMask(stemOf(file)));
  const ids = own.map((file) => cut(stemOf(file), tail)).sort();
  const maskFilesOf = ids.flatMap((id) => maskOf.get(maskName(id)) ?? []);
  return {
    images: inFolder(imageFolder, `${tail === '' ? '*' : `{id}${tail}`}.${endingOf(own)}`),
    masks: inFolder(maskFolder, `${head}{id}${foot}.${endingOf(maskFilesOf)}`),
    ids,
    missing: ids.filter((id) => !maskStems.has(maskName(id))),
    maskFiles: maskFilesOf.map((file) => join(folder, maskFolder, file)),
  };
}

/** Masks by name without ending: of all endings where no name has two, else of the most frequent one. */
function filesByStem(files: readonly string[], several: boolean): ReadonlyMap<string, string> {
  const all = new Map(files.map((file) => [stemOf(file), file]));
  if (several && all.size === files.length) return all;
  const frequent = mostFrequent(files.map(extensionOf));
  return new Map(
    files.filter((file) => extensionOf(file) === frequent).map((file) => [stemOf(file), file]),
  );
}

/** The ending of all files, as a pattern. */
function endingOf(files: readonly string[]): string {
  const endings = [...new Set(files.map(extensionOf))].sort();
  return endings.length === 1 ? endings[0]! : `{${endings.join(',')}}`;
}

async function filesIn(folder: string, wanted: RegExp): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isFile() && wanted.test(entry.name) && !entry.name.startsWith('.'))
    .map(({ name }) => name)
    .sort();
}

function stemOf(file: string): string {
  return file.replace(/\.[^.]+$/, '');
}

function extensionOf(file: string): string {
  return file.slice(file.lastIndexOf('.') + 1);
}

function cut(text: string, tail: string): string {
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

/**
 * What masks' names have before and behind an id.
 *
 * @param ownTail what images' names have behind the id, where masks lie in the same folder
 */
function affixesOf(
  ids: readonly string[],
  masks: ReadonlySet<string>,
  ownTail: string | undefined,
): { head: string; foot: string }[] {
  const seen = new Map<string, { head: string; foot: string }>();
  if (ownTail === undefined) seen.set('', { head: '', foot: '' });
  const known = new Set(ids);
  for (const mask of [...masks].slice(0, 400)) {
    for (let from = 0; from < mask.length; from++) {
      for (let to = mask.length; to > from; to--) {
        if (!known.has(mask.slice(from, to))) continue;
        const [head, foot] = [mask.slice(0, from), mask.slice(to)];
        // In one folder this would be the image itself.
        if (head === '' && foot === ownTail) continue;
        seen.set(`${head}\n${foot}`, { head, foot });
      }
    }
  }
  return [...seen.values()];
}

async function maskValues(files: readonly string[]): Promise<{
  readonly counts: ReadonlyMap<number, number>;
  /** Whether a mask holds 1 and 255. */
  readonly together: boolean;
  readonly read: number;
  readonly all: number;
}> {
  const step = Math.max(1, files.length / MASKS_READ);
  const chosen = Array.from(
    { length: Math.min(files.length, MASKS_READ) },
    (_, index) => files[Math.floor(index * step)]!,
  );
  const counts = new Map<number, number>();
  let together = false;
  const waiting = chosen[Symbol.iterator]();
  const follow = async () => {
    for (const file of waiting) {
      // A damaged mask is the inspection's to report.
      const mask = await decodeMask(file, {
        lossy: true,
        whiteIsZero: 'stored',
        upright: false,
      }).catch(() => undefined);
      if (mask === undefined) continue;
      for (const value of mask.data) counts.set(value, (counts.get(value) ?? 0) + 1);
      together ||= mask.data.includes(1) && mask.data.includes(255);
    }
  };
  await Promise.all(Array.from({ length: 4 }, follow));
  return { counts, together, read: chosen.length, all: files.length };
}

interface Classes {
  readonly classes: Record<string, Json>;
  readonly ignore?: number;
  readonly remark: string;
}

/** Names classes by the values that masks have. */
function classesOf({
  counts,
  together,
  read,
  all,
}: Awaited<ReturnType<typeof maskValues>>): Classes {
  const values = [...counts.keys()].sort((left, right) => left - right);
  const seen = `${read === all ? `all ${all}` : `${read} of the ${all}`} masks hold ${
    values.length > 12
      ? `${values.length} values from ${values[0]} to ${values.at(-1)}`
      : values.length === 1
        ? `only the value ${values[0]}`
        : `the values ${values.join(', ')}`
  }`;
  const background = values.includes(0)
    ? 0
    : ([...counts].sort(([, left], [, right]) => right - left)[0]?.[0] ?? 0);
  const others = values.filter((value) => value !== background);
  const assumed =
    background === 0 ? '' : `; assumed: ${background}, the most frequent, is background`;
  if (others.length > MOST_CLASSES) {
    return {
      classes: { background, foreground: others },
      remark: `${seen}: too many for classes, so they look like numbered objects or grey levels; assumed: every value but ${background} is foreground. List values that were not read, or write masks of two values`,
    };
  }
  if (others.join() === '1,255' && !together) {
    return {
      classes: { background, foreground: others },
      remark: `${seen}, but none holds both 1 and 255; assumed: both are foreground, written by different programs; rename foreground as you like`,
    };
  }
  // 255 beside small numbers is what many sets mark unjudged pixels with.
  const ignored = others.length > 1 && others.at(-1) === 255 && others.at(-2)! < 128;
  const kept = ignored ? others.slice(0, -1) : others;
  const single = kept.length < 2;
  return {
    classes: {
      background,
      ...(kept.length === 0
        ? { foreground: background === 255 ? 0 : 255 }
        : Object.fromEntries(
            kept.map((value) => [single ? 'foreground' : `class_${value}`, value]),
          )),
    },
    ...(ignored && { ignore: 255 }),
    remark: [
      `${seen}${assumed}`,
      kept.length === 0 ? 'assumed: foreground would be 255; no mask has any' : '',
      single ? 'rename foreground as you like' : 'give the classes their names',
      ignored
        ? 'assumed: 255 marks pixels that nobody has judged; make it a class if it is one'
        : '',
    ]
      .filter((part) => part !== '')
      .join('; '),
  };
}

/** Rows of a CSV file; none where it is absent or no table. */
async function tableOf(path: string): Promise<string[][]> {
  try {
    return parseCsv(await readFile(path, 'utf8'));
  } catch {
    return [];
  }
}

interface Groups {
  readonly option?: Json;
  readonly remark: string;
  /** What names alone say of groups. */
  readonly guess?: NonNullable<DatasetProposal['unlisted']>;
}

async function groupOf(folder: string, ids: readonly string[]): Promise<Groups> {
  for (const file of GROUP_FILES) {
    const [columns = [], ...rows] = await tableOf(join(folder, file));
    const id = ID_COLUMNS.find((name) => columns.includes(name));
    const column = GROUP_COLUMNS.find((name) => columns.includes(name));
    if (id === undefined || column === undefined) continue;
    const listed = new Map(
      rows.map((row) => [row[columns.indexOf(id)], row[columns.indexOf(column)]]),
    );
    if (ids.every((one) => listed.get(one))) {
      return {
        option: { file, id, column },
        remark: `the column ${column} of ${file}: images of one group never stand in two splits`,
      };
    }
  }
  const guess = guessedGroups(ids);
  return {
    remark:
      'nothing says which images belong together (patient, tile): give data.with.group if some do',
    ...(guess !== undefined && { guess }),
  };
}

function guessedGroups(ids: readonly string[]): Groups['guess'] {
  const pattern = '^(.+?)[_-](?:[A-Za-z]{0,6})\\d+$';
  const names = ids.map((id) => new RegExp(pattern).exec(id)?.[1]);
  const groups = new Set(names);
  if (names.includes(undefined) || groups.size < 5 || groups.size > ids.length / 2) {
    return undefined;
  }
  return {
    options: { group: pattern },
    remarks: {
      'data.with.group': `assumed: names are GROUP_NUMBER, such as ${ids[0]} of group ${names[0]} (${groups.size} groups); images of one group never stand in two splits. Leave it out if the images are independent`,
      'data.split.validation': '',
    },
  };
}
