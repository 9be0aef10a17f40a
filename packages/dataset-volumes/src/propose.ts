import { readdir } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { type DatasetProposal, isRaremaskError, staysInside } from '@raremask/core';
import { readDatasetJson } from './cases/datasetJson.ts';
import { reversed } from './cases/grid.ts';
import { type Case, foldersIn, type Listing, listCases } from './cases/listing.ts';
import { isSeries } from './formats/dicomFolder.ts';
import { orientationOf } from './formats/orientation.ts';
import { READABLE, readHeader, readVolume } from './formats/readVolume.ts';
import type { Options } from './options.ts';

const IMAGE_FOLDERS = ['images', 'image', 'imgs', 'volumes', 'imagesTr', 'scans'];
/** Folders of DICOM series, a folder a case. */
const SERIES_FOLDERS = ['ct', 'mr', 'mri', 'pet', 'dicom', 'dicoms', 'series'];
const MASK_FOLDERS = [
  'seg',
  'segs',
  'masks',
  'mask',
  'labels',
  'label',
  'segmentations',
  'segmentation',
  'annotations',
  'ground_truth',
  'gt',
  'labelsTr',
];
/** Label maps that are read for their values; of more, as many are taken evenly. */
const MASKS_READ = 24;
/** Slices are cut across the axis along which voxels are so many times as long as along the others. */
const THICK = 1.5;

/** Cases whose pixels differ by this factor are brought to one size. */
const DIFFERENT = 1.1;

type Found = Pick<DatasetProposal, 'options' | 'remarks'> & { readonly cases: readonly Case[] };

/**
 * Looks for a dataset.json of nnU-Net or the Decathlon, then for folders of images and label maps,
 * and reads how large the voxels are.
 */
export async function propose(
  folder: string,
  manifestFolder: string,
): Promise<DatasetProposal | undefined> {
  const path = relative(manifestFolder, folder).split(sep).join('/');
  const root = path === '' ? '.' : path;
  const found = (await asTold(folder, root)) ?? (await asPaired(folder, root));
  if (found === undefined) return undefined;
  const { view, spacing, remarks } = await readingOf(found.cases);
  return {
    options: { ...found.options, view, ...(spacing && { spacing }) },
    split: { validation: 0.2 },
    remarks: {
      ...found.remarks,
      ...remarks,
      'data.split.validation': 'the slices of one case never stand in two splits',
    },
  };
}

async function asTold(folder: string, root: string): Promise<Found | undefined> {
  const told = await readDatasetJson(folder).catch((error: unknown) => {
    // One for pictures, or for something else: not this plugin's to complain about.
    if (isRaremaskError(error) && error.code === 'RAREMASK_VOLUMES_DATASET_JSON') {
      return hasVolumes(folder).then((volumes) => {
        if (volumes) throw error;
        return undefined;
      });
    }
    throw error;
  });
  if (told === undefined) return undefined;
  const listing: Listing = await listCases({ root } as Options, folder);
  const classes = Object.entries(told.classes).map(([name, value]) => `${value} ${name}`);
  const layout = told.form === 'nnU-Net' ? 'nnU-Net (raw)' : 'the Medical Segmentation Decathlon';
  return {
    cases: listing.cases,
    options: { root },
    remarks: {
      'data.with.root': `dataset.json is that of ${layout}: ${listing.cases.length} cases with ${told.channels.join(', ')}; classes ${classes.join(', ')}${
        told.ignore === undefined ? '' : `; ${told.ignore} is not judged`
      }${listing.remark === undefined ? '' : `; ${listing.remark}`}`,
    },
  };
}

async function hasVolumes(folder: string): Promise<boolean> {
  for (const name of ['', ...IMAGE_FOLDERS]) {
    const files = await readdir(join(folder, name)).catch(() => []);
    if (files.some((file) => READABLE.test(file))) return true;
  }
  return false;
}

async function asPaired(folder: string, root: string): Promise<Found | undefined> {
  const pairing = await findPairs(folder);
  if (pairing === undefined) return undefined;
  const { images, masks, ids, cases } = pairing;
  const { values, names, read, broken } = await valuesOf(cases.map(({ mask }) => mask!));
  const foreground = values.filter((value) => value !== 0);
  if (foreground.length > 253) return undefined;
  const single = foreground.length < 2;
  const named = foreground.length === 0 ? [1] : foreground;
  const classes = Object.fromEntries([
    ['background', 0],
    ...named.map((value) => [
      names.get(value) ?? (single ? 'foreground' : `class_${value}`),
      value,
    ]),
  ]) as Record<string, number>;
  const seen = `${read === cases.length ? `all ${read}` : `${read} of the ${cases.length}`} label maps hold ${
    values.length > 12
      ? `${values.length} values from ${values[0]} to ${values.at(-1)}: look whether they number objects`
      : `the values ${values.join(', ')}`
  }`;
  const kind = /\{id\}[^.]*$/.test(images[0]!) ? 'a DICOM series' : 'a file';
  return {
    cases,
    options: { root, images: images.length === 1 ? images[0]! : [...images], masks, classes },
    remarks: {
      'data.with.images': `${ids.length} cases, ${images.length === 1 ? kind : `${images.length} files`} each`,
      'data.with.classes': [
        broken === 0 ? seen : `${seen}; ${broken} could not be read`,
        foreground.length === 0 ? 'assumed: foreground would be 1; no label map has any' : '',
        names.size > 0
          ? 'called as the first segmentation calls them'
          : single
            ? 'rename foreground as you like'
            : 'give the classes their names',
      ]
        .filter((part) => part !== '')
        .join('; '),
    },
  };
}

interface Pairing {
  readonly images: readonly string[];
  readonly masks: string;
  readonly ids: readonly string[];
  readonly cases: readonly Case[];
}

/** Pairs by name: an image is called as its label map is, with something behind it where it has channels. */
async function findPairs(folder: string): Promise<Pairing | undefined> {
  const folders = await foldersIn(folder).catch(() => []);
  const named = (names: readonly string[]) =>
    names
      .map((name) => folders.find((own) => own.toLowerCase() === name.toLowerCase()))
      .find((name) => name !== undefined);
  const imageFolder = named([...IMAGE_FOLDERS, ...SERIES_FOLDERS]);
  const maskFolder = named(MASK_FOLDERS);
  if (imageFolder === undefined || maskFolder === undefined) return undefined;
  const volumes = await volumesIn(join(folder, imageFolder));
  const images = volumes.length > 0 ? volumes : await seriesIn(join(folder, imageFolder));
  const masks = await masksIn(join(folder, maskFolder));
  const [firstImage, firstMask] = [images[0], masks[0]];
  if (firstImage === undefined || firstMask === undefined) return undefined;
  const [imageEnding, maskEnding] = [endingOf(firstImage), endingOf(firstMask)];
  const stems = images.filter((name) => endingOf(name) === imageEnding).map(cut(imageEnding));
  const maskStems = masks.filter((name) => endingOf(name) === maskEnding).map(cut(maskEnding));
  for (const foot of feetOf(maskStems)) {
    const ids = maskStems
      .filter((stem) => stem.endsWith(foot))
      .map((stem) => stem.slice(0, stem.length - foot.length));
    const tails = tailsOf(stems, ids);
    if (tails.length === 0) continue;
    const file = (name: string, tail: string, ending: string) => `${name}/{id}${tail}${ending}`;
    const imagePatterns = tails.map((tail) => file(imageFolder, tail, imageEnding));
    const maskPattern = file(maskFolder, foot, maskEnding);
    const at = (pattern: string, id: string) =>
      join(
        folder,
        pattern.replace('{id}', () => id),
      );
    return {
      images: imagePatterns,
      masks: maskPattern,
      ids,
      cases: ids.map((id) => ({
        id,
        images: imagePatterns.map((pattern) => at(pattern, id)),
        mask: at(maskPattern, id),
      })),
    };
  }
  return undefined;
}

async function volumesIn(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  return names.filter((name) => READABLE.test(name) && !name.startsWith('.')).sort();
}

/** Folders that hold a DICOM series each. */
async function seriesIn(folder: string): Promise<string[]> {
  const found: string[] = [];
  for (const name of (await foldersIn(folder)).sort())
    if (await isSeries(join(folder, name))) found.push(name);
  return found;
}

/** Label maps, or DICOM segmentations. */
async function masksIn(folder: string): Promise<string[]> {
  const volumes = await volumesIn(folder);
  if (volumes.length > 0) return volumes;
  const names = await readdir(folder).catch(() => []);
  return names.filter((name) => /^[^.].*\.dcm$/i.test(name)).sort();
}

/** How names end; those of folders, which are series, have no ending. */
function endingOf(name: string): string {
  return READABLE.exec(name)?.[0] ?? /\.dcm$/i.exec(name)?.[0] ?? '';
}

function cut(ending: string): (name: string) => string {
  return (name) => name.slice(0, name.length - ending.length);
}

/** What may stand behind the id in the names of label maps: nothing, or a word that all of them have. */
function feetOf(stems: readonly string[]): string[] {
  const [first] = stems;
  const words = [...(first ?? '').matchAll(/[_.-]/g)].map(({ index }) => first!.slice(index));
  return ['', ...words.filter((word) => stems.every((stem) => stem.endsWith(word)))];
}

/** What stands behind the ids in the names of images: the same for every id, or there is no pairing. */
function tailsOf(stems: readonly string[], ids: readonly string[]): string[] {
  const known = new Set(stems);
  const [first] = ids;
  if (first === undefined) return [];
  const tails = stems
    .filter((stem) => stem === first || /^[_.-]/.test(stem.slice(first.length)))
    .filter((stem) => stem.startsWith(first))
    .map((stem) => stem.slice(first.length))
    .filter((tail) => ids.every((id) => known.has(`${id}${tail}`)));
  return tails.length * ids.length === stems.length || tails.includes('') ? tails.sort() : [];
}

async function valuesOf(files: readonly string[]): Promise<{
  readonly values: readonly number[];
  /** What a DICOM segmentation calls them, as far as that can be the name of a class. */
  readonly names: ReadonlyMap<number, string>;
  readonly read: number;
  readonly broken: number;
}> {
  const step = Math.max(1, files.length / MASKS_READ);
  const chosen = Array.from(
    { length: Math.min(files.length, MASKS_READ) },
    (_, index) => files[Math.floor(index * step)]!,
  );
  const found = new Set<number>();
  const names = new Map<number, string>();
  let broken = 0;
  for (const file of chosen) {
    // A damaged label map is the inspection's to report.
    const volume = await readVolume(file).catch(() => undefined);
    if (volume === undefined) broken++;
    for (const [value, name] of volume?.segments ?? []) {
      const usable = /\D/.test(name) && staysInside(name) && ![...names.values()].includes(name);
      if (usable && !names.has(value)) names.set(value, name);
    }
    let last: number | undefined;
    for (const value of volume?.values ?? []) {
      if (value === last) continue;
      last = value;
      if (Number.isInteger(value) && value >= 0) found.add(value);
    }
  }
  const values = [...found].sort((left, right) => left - right);
  return { values, names, read: chosen.length - broken, broken };
}

interface Reading {
  readonly view: 'axial' | 'coronal' | 'sagittal';
  /** [z, y, x], null across slices. */
  readonly spacing?: (number | null)[];
  readonly remarks: Readonly<Record<string, string>>;
}

/**
 * Slices across the axis that the scanner has cut across, the one along which voxels are longest; and
 * the median size of pixels, where cases differ in it.
 */
async function readingOf(cases: readonly Case[]): Promise<Reading> {
  const sizes: (readonly number[])[] = [];
  for (const { images } of cases) {
    const header = await readHeader(images[0]!).catch(() => undefined);
    if (header !== undefined) sizes.push(reversed(orientationOf(header).spacing));
  }
  const across = sizes.map((size) =>
    [0, 1, 2].findIndex((axis) =>
      size.every((other, index) => index === axis || size[axis]! > THICK * other),
    ),
  );
  const most = [1, 2].find(
    (axis) => across.filter((own) => own === axis).length > cases.length / 2,
  );
  const view = (['axial', 'coronal', 'sagittal'] as const)[most ?? 0]!;
  const sorted = [0, 1, 2].map((axis) =>
    sizes.map((size) => size[axis]!).sort((left, right) => left - right),
  );
  const rounded = (value: number) => Number(value.toPrecision(3));
  const ranges = sorted.map((own) => {
    const [least, largest] = [rounded(own[0] ?? 1), rounded(own.at(-1) ?? 1)];
    return least === largest ? `${least}` : `${least} to ${largest}`;
  });
  const differ = sorted.map(
    (own, axis) => axis !== (most ?? 0) && own.length > 0 && own.at(-1)! > DIFFERENT * own[0]!,
  );
  const remark = `voxels are ${ranges.join(' x ')} mm (z, y, x)`;
  const spacing = sorted.map((own, axis) =>
    differ[axis] ? rounded(own[Math.floor(own.length / 2)]!) : null,
  );
  return {
    view,
    ...(differ.includes(true) && { spacing }),
    remarks: {
      'data.with.view': `slices across the axis with the longest voxels, or else across z; volume is for a 3-D model; ${remark}`,
      ...(differ.includes(true) && {
        'data.with.spacing': `[z, y, x], the median of the ${sizes.length} cases, since the size of pixels differs: ${remark}`,
      }),
    },
  };
}
