import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { staysInside } from '@raremask/core';
import { READERS } from '../annotations/outlines/outlines.ts';
import { some } from '../names.ts';
import type { Options } from '../options/options.ts';
import { looseName } from '../pairing/maskFiles.ts';
import { entriesOf } from './entries.ts';
import { endingOf, filesIn, IMAGE_FILE, IMAGE_FOLDERS, MASK_FOLDERS, stemOf } from './pairs.ts';

/** Images with annotations in place of masks. */
export interface Annotated {
  readonly options: Readonly<Record<string, unknown>>;
  readonly remarks: Readonly<Record<string, string>>;
  readonly ids: readonly string[];
  /** Absolute paths. */
  readonly imageFiles: readonly string[];
  /** Ids that `missingMask: empty` is proposed for. */
  readonly empty?: readonly string[];
}

interface Images {
  /** Below the folder; empty for the folder itself. */
  readonly folder: string;
  /** Relative to it; with folders where `deep` says so. */
  readonly files: readonly string[];
  readonly deep: boolean;
}

type Format = NonNullable<Options['outlines']>['format'];

/** What files of outlines end in, and what only theirs hold. */
const OUTLINES: readonly (readonly [Format, RegExp, RegExp])[] = [
  ['labelme', /\.json$/i, /"shapes"\s*:/],
  ['voc', /\.xml$/i, /<annotation[\s>]/],
  ['yolo', /\.txt$/i, /^\s*(\d+(\s+-?[\d.e+-]+){4,}\s*(\r?\n|$)|$)/i],
];

/** Files of outlines that are read for their labels. */
const READ = 200;
/** Files of COCO are looked for among JSON files of at most so many bytes. */
const LARGEST = 2 ** 29;

/** Looks for a file of COCO, or for files of LabelMe, YOLO or VOC, that belong to the images of a folder. */
export async function findAnnotated(folder: string): Promise<Annotated | undefined> {
  const { folders } = await entriesOf(folder);
  const named = (names: readonly string[]) =>
    folders.filter((own) => names.some((name) => own.toLowerCase() === name.toLowerCase()));
  for (const name of [...named(IMAGE_FOLDERS), '']) {
    const images = await imagesIn(folder, name);
    if (images === undefined) continue;
    const places = [...new Set([...named(MASK_FOLDERS), name, ''])];
    const found =
      (await cocoOf(folder, images, places)) ?? (await outlinesOf(folder, images, places));
    if (found !== undefined) return found;
  }
  return undefined;
}

async function imagesIn(folder: string, name: string): Promise<Images | undefined> {
  const files = await filesIn(join(folder, name), IMAGE_FILE);
  if (files.length > 0) return { folder: name, files, deep: false };
  if (name === '') return undefined;
  const deep = await filesBelow(join(folder, name), IMAGE_FILE);
  return deep.length > 0 ? { folder: name, files: deep, deep: true } : undefined;
}

/** Files of the folders in a folder, with the names of these. */
async function filesBelow(folder: string, wanted: RegExp): Promise<string[]> {
  const found: string[] = [];
  for (const name of (await entriesOf(folder)).folders) {
    for (const file of await filesIn(join(folder, name), wanted)) found.push(`${name}/${file}`);
  }
  return found.sort();
}

function common(folder: string, { folder: own, files, deep }: Images) {
  const within = own === '' ? '' : `${own}/`;
  return {
    images: `${within}${deep ? '**/' : ''}*.${endingOf(files)}`,
    ids: files.map(stemOf),
    imageFiles: files.map((file) => join(folder, own, file)),
  };
}

interface Coco {
  readonly images: readonly { readonly file_name?: unknown }[];
  readonly annotations: readonly {
    readonly category_id?: unknown;
    readonly segmentation?: unknown;
  }[];
  readonly categories: readonly { readonly id?: unknown; readonly name?: unknown }[];
}

async function cocoOf(
  folder: string,
  images: Images,
  places: readonly string[],
): Promise<Annotated | undefined> {
  const baseOf = (path: string) => looseName(path.slice(path.lastIndexOf('/') + 1));
  const known = new Set(images.files.map(baseOf));
  const found: { readonly file: string; readonly coco: Coco; readonly listed: number }[] = [];
  for (const place of places) {
    for (const name of await filesIn(join(folder, place), /\.json$/i)) {
      const coco = cocoIn(await textOf(join(folder, place, name)));
      const names = coco?.images.map((one) => baseOf(String(one?.file_name ?? ''))) ?? [];
      const listed = new Set(names.filter((one) => known.has(one))).size;
      const file = place === '' ? name : `${place}/${name}`;
      if (coco !== undefined && listed > 0) found.push({ file, coco, listed });
    }
  }
  const [first, ...others] = found.sort((left, right) => right.listed - left.listed);
  if (first === undefined) return undefined;
  const { file, coco, listed } = first;
  const used = new Set(coco.annotations.map((one) => one?.category_id));
  const names = coco.categories.filter(({ id }) => used.has(id)).map(({ name }) => String(name));
  const { classes, labels, renamed } = classesOf(names.length > 0 ? names : ['foreground']);
  const drawn = coco.annotations.filter(({ segmentation: one }) =>
    Array.isArray(one) ? one.length > 0 : one !== null && one !== undefined,
  ).length;
  const own = common(folder, images);
  return {
    ...own,
    options: {
      images: own.images,
      coco: { file, ...(renamed && { categories: labels }) },
      classes,
    },
    remarks: {
      'data.with.coco': [
        `COCO: ${listed} of ${own.ids.length} images, ${coco.annotations.length} annotations`,
        drawn < coco.annotations.length
          ? `${coco.annotations.length - drawn} have no outline: unusable says what they mean`
          : '',
        listed < own.ids.length ? 'an image that is not listed cannot be used' : '',
        others.length > 0 ? `not used: ${some(others.map((one) => one.file))}` : '',
      ]
        .filter((part) => part !== '')
        .join('; '),
      'data.with.classes': 'the categories that annotations have',
    },
  };
}

function cocoIn(text: string): Coco | undefined {
  try {
    const whole = JSON.parse(text) as Partial<Coco> | null;
    const lists = [whole?.images, whole?.annotations, whole?.categories];
    return lists.every(Array.isArray) ? (whole as Coco) : undefined;
  } catch {
    return undefined;
  }
}

async function outlinesOf(
  folder: string,
  images: Images,
  places: readonly string[],
): Promise<Annotated | undefined> {
  for (const [format, ending, sign] of OUTLINES) {
    for (const place of places) {
      const files = await (images.deep ? filesBelow : filesIn)(join(folder, place), ending);
      const byStem = new Map(files.map((file) => [looseName(stemOf(file)), file]));
      const own = common(folder, images);
      const belonging = own.ids.flatMap((id) => byStem.get(looseName(id)) ?? []);
      if (belonging.length * 2 < own.ids.length || belonging.length === 0) continue;
      const paths = belonging.map((file) => join(folder, place, file));
      const { read, labels } = await labelsIn(paths, format, sign);
      if (read === 0) continue;
      const missing = own.ids.filter((id) => !byStem.has(looseName(id)));
      const spare = files.length - belonging.length;
      const names = format === 'yolo' ? await namesOfYolo(folder, labels) : labels;
      const {
        classes,
        labels: labelOf,
        renamed,
      } = classesOf(names.length > 0 ? names : ['foreground']);
      const numbered = Object.fromEntries(
        Object.keys(classes)
          .slice(1)
          .map((name, at) => [name, labels[at] ?? '0']),
      );
      const within = place === '' ? '' : `${place}/`;
      const empty = missing.length > 0 && spare === 0;
      return {
        ...own,
        ...(empty && { empty: missing }),
        options: {
          images: own.images,
          outlines: {
            files: `${within}{id}${files[0]!.slice(stemOf(files[0]!).length)}`,
            format,
            ...((renamed || format === 'yolo') && {
              labels: format === 'yolo' ? numbered : labelOf,
            }),
          },
          classes,
          ...(empty && { missingMask: 'empty' }),
        },
        remarks: {
          'data.with.outlines': `${belonging.length} of ${own.ids.length} images have outlines of ${format}`,
          'data.with.classes':
            read < paths.length
              ? `the labels of ${read} of the ${paths.length} files`
              : 'the labels of all files',
          ...(empty && {
            'data.with.missingMask': `assumed: the ${missing.length} images without outlines (for example ${missing[0]}) show no structure; write error, and mend the files, if that is wrong`,
          }),
        },
      };
    }
  }
  return undefined;
}

/** Labels of the files that can be read; of many files, of some taken evenly. */
async function labelsIn(
  paths: readonly string[],
  format: Format,
  sign: RegExp,
): Promise<{ readonly read: number; readonly labels: readonly string[] }> {
  const step = Math.max(1, paths.length / READ);
  const found = new Set<string>();
  let read = 0;
  for (let at = 0; at < paths.length; at += step) {
    const text = await textOf(paths[Math.floor(at)]!);
    if (!sign.test(text)) continue;
    try {
      for (const { label } of READERS[format](text).shapes) found.add(label);
      read++;
    } catch {
      // A broken file is the inspection's to report.
    }
  }
  const byName = (left: string, right: string) => (left < right ? -1 : 1);
  const byNumber = (left: string, right: string) => Number(left) - Number(right);
  return { read, labels: [...found].sort(format === 'yolo' ? byNumber : byName) };
}

/** What classes.txt calls the numbers of YOLO. */
async function namesOfYolo(folder: string, labels: readonly string[]): Promise<readonly string[]> {
  const text = await textOf(join(folder, 'classes.txt'));
  const names = text.split(/\r?\n/).map((line) => line.trim());
  return labels.map((label) => names[Number(label)] || `class_${label}`);
}

/** A background and a class for each label; a label that is no name of a class gets another one. */
export function classesOf(names: readonly string[]) {
  const classes: Record<string, number> = { background: 0 };
  const labels: Record<string, string> = {};
  for (const name of names) {
    const usable = /\D/.test(name) && staysInside(name) && !(name in classes);
    const called = usable ? name : `class_${Object.keys(classes).length}`;
    classes[called] = Object.keys(classes).length;
    labels[called] = name;
  }
  return {
    classes,
    labels,
    renamed: Object.entries(labels).some(([called, name]) => called !== name),
  };
}

/** The text of a file, empty where it cannot be read or is too large to be looked at. */
export async function textOf(path: string): Promise<string> {
  const bytes = await readFile(path).catch(() => undefined);
  return bytes === undefined || bytes.length > LARGEST ? '' : bytes.toString('utf8');
}
