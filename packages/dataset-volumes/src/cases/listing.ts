import { access, readdir, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { RaremaskError } from '@raremask/core';
import { isSeries } from '../formats/dicomFolder.ts';
import { cannotRead } from '../formats/errors.ts';
import { READABLE } from '../formats/readVolume.ts';
import type { Options } from '../options.ts';
import { channelsByCase } from './channels.ts';
import { type DatasetJson, readDatasetJson } from './datasetJson.ts';
import { cannotTell, missingFiles, noCases, noClasses, noSuchCase } from './errors.ts';

export interface Case {
  readonly id: string;
  readonly images: readonly string[];
  /** Absent where the truth is not known. */
  readonly mask?: string;
  /** Why it cannot be used, where that is known before its files are opened. */
  readonly problem?: RaremaskError;
}

/** What there is, and what the values of its label maps mean. */
export interface Listing {
  readonly cases: readonly Case[];
  readonly classes: Readonly<Record<string, number>>;
  readonly ignore?: number;
  /** The dataset.json that says so. */
  readonly told?: DatasetJson;
  /** What is odd, and no case's fault. */
  readonly remark?: string;
}

const IMAGES = 'images/{id}.nii.gz';
const MASKS = 'masks/{id}.nii.gz';

/**
 * The cases of a folder: by the patterns of the options, or, where these name no classes, as its
 * dataset.json says. In the order of their characters.
 */
export async function listCases(given: Options, root: string): Promise<Listing> {
  const { classes, ignore } = given;
  if (classes !== undefined) {
    const cases = await casesByPattern(given, root);
    return { cases, classes, ...(ignore !== undefined && { ignore }) };
  }
  const told = await readDatasetJson(root);
  if (told === undefined) throw noClasses(root);
  const cases = await casesAsTold(told, root);
  const { count } = told;
  return {
    cases,
    ...(count !== undefined &&
      count !== cases.length && {
        remark: `${told.file}: numTraining is ${count}, and ${cases.length} cases are there; look whether files are missing`,
      }),
    classes: told.classes,
    ...(told.ignore !== undefined && { ignore: told.ignore }),
    told,
  };
}

async function casesByPattern(given: Options, root: string): Promise<readonly Case[]> {
  const patterns = [given.images ?? IMAGES].flat();
  const ids = await idsOf(resolve(root, patterns[0]!));
  if (ids.length === 0) throw noCases(resolve(root, patterns[0]!));
  return existing(
    ids.map((id) => ({
      id,
      images: patterns.map((pattern) => fileOf(root, pattern, id)),
      mask: fileOf(root, given.masks ?? MASKS, id),
    })),
  );
}

async function casesAsTold(told: DatasetJson, root: string): Promise<readonly Case[]> {
  if (told.training !== undefined) {
    const cases = await Promise.all(
      told.training.map(async ({ id, images, mask }) => ({
        id,
        images: await imagesAsListed(images, told, root),
        mask: resolve(root, mask),
      })),
    );
    return existing(cases);
  }
  const { channels, ending } = told;
  const folder = join(root, 'imagesTr');
  const ids = new Set(
    (await namesIn(folder)).flatMap((name) =>
      name.endsWith(ending) ? (/^(.+)_\d{4}$/.exec(cut(name, ending))?.[1] ?? []) : [],
    ),
  );
  for (const name of await namesIn(join(root, 'labelsTr'))) {
    if (name.endsWith(ending)) ids.add(cut(name, ending));
  }
  if (ids.size === 0) throw noCases(join(folder, `*_0000${ending}`));
  const cases = [...ids].sort(byCharacter).map((id) => ({
    id,
    images: channels.map((_, index) => join(folder, `${id}${channelTail(index)}${ending}`)),
    mask: join(root, 'labelsTr', `${id}${ending}`),
  }));
  return existing(cases);
}

/** A list in the Decathlon's form may mean files of nnU-Net, with a channel each. */
async function imagesAsListed(
  images: readonly string[],
  { channels }: DatasetJson,
  root: string,
): Promise<readonly string[]> {
  const files = images.map((name) => resolve(root, name));
  if (files.length > 1 || (await isThere(files[0]!))) return files;
  const [ending = ''] = READABLE.exec(files[0]!) ?? [];
  const own = channels.map((_, index) => `${cut(files[0]!, ending)}${channelTail(index)}${ending}`);
  return (await isThere(own[0]!)) ? own : files;
}

/** The cases, those with a problem whose files are not all there; throws where that is so of all. */
async function existing(cases: readonly Case[]): Promise<readonly Case[]> {
  const missing: string[] = [];
  const checked: Case[] = [];
  for (const one of cases) {
    const files = [...one.images, ...(one.mask === undefined ? [] : [one.mask])];
    const there = await Promise.all(files.map(isThere));
    const own = files.filter((_, index) => !there[index]);
    missing.push(...own);
    checked.push(own.length === 0 ? one : { ...one, problem: missingFiles(own, 1) });
  }
  if (checked.every(({ problem }) => problem !== undefined)) {
    throw missingFiles(missing, cases.length);
  }
  return checked;
}

/**
 * Cases without truth: those of a folder that is laid out as the data set's root, or that holds the
 * images themselves, under the names that the patterns give them; or the case of one image. Where a
 * case is one file, its name does not matter.
 *
 * @param root where the training data are, or were
 */
export async function listImagesAt(
  given: Options,
  path: string,
  root: string,
): Promise<readonly Case[]> {
  const kind = await stat(path).catch((error: unknown) => {
    throw cannotRead(path, error);
  });
  if (given.classes === undefined) return testCases(path, kind.isFile(), root);
  const patterns = [given.images ?? IMAGES].flat();
  const names = patterns.map(tailOf);
  const distinct = new Set(names).size === names.length;
  const caseOf = (from: string, own: readonly string[], id: string): Case => ({
    id,
    images: own.map((pattern) => fileOf(from, pattern, id)),
  });
  if (kind.isFile()) {
    if (patterns.length === 1) return [{ id: stemOf(path), images: [path] }];
    const deep = names[0]!.includes('/');
    const folder = deep ? dirname(dirname(path)) : dirname(path);
    const ids = distinct ? await idsOf(join(folder, names[0]!)) : [];
    const id = ids.find((one) => fileOf(folder, names[0]!, one) === path);
    if (id === undefined) throw noSuchCase(path, names);
    return [caseOf(folder, names, id)];
  }
  for (const own of distinct ? [patterns, names] : [patterns]) {
    const ids = await idsOf(join(path, own[0]!)).catch(() => []);
    if (ids.length > 0) return ids.map((id) => caseOf(path, own, id));
  }
  if (patterns.length > 1) throw cannotTell(path, patterns);
  if (await isSeries(path)) return [{ id: basename(path), images: [path] }];
  const files = (await namesIn(path)).filter((name) => READABLE.test(name)).sort();
  if (files.length === 0) throw noCases(join(path, '*.nii.gz'));
  return files.map((name) => ({ id: stemOf(name), images: [join(path, name)] }));
}

/**
 * Cases of a layout with a dataset.json: those of its folder imagesTs, of any other folder, or that of
 * one file. Files are a channel each where all of their names end in the number of a channel.
 */
async function testCases(path: string, isFile: boolean, root: string): Promise<readonly Case[]> {
  const told =
    (await readDatasetJson(isFile ? dirname(path) : path)) ?? (await readDatasetJson(root));
  const tests = join(path, 'imagesTs');
  const folder = isFile ? dirname(path) : (await isThere(tests)) ? tests : path;
  const names = (await namesIn(folder)).filter((name) => READABLE.test(name)).sort(byCharacter);
  if (names.length === 0) throw noCases(join(folder, `*${told?.ending ?? '.nii.gz'}`));
  const channels = channelsByCase(names, stemOf);
  const wanted = told?.form === 'nnU-Net' ? told.channels.length : undefined;
  if (channels === undefined || told?.form === 'Decathlon') {
    if (wanted !== undefined) throw cannotTell(folder, [`{id}${channelTail(0)}${told!.ending}`]);
    const files = isFile ? [basename(path)] : names;
    return files.map((name) => ({ id: stemOf(name), images: [join(folder, name)] }));
  }
  const cases = [...channels].map(([id, own]) => ({
    id,
    images: own.map((name) => join(folder, name)),
  }));
  if (!isFile) return cases;
  const found = cases.filter(({ images }) => images.includes(path));
  if (found.length === 0) throw noSuchCase(path, [`{id}${channelTail(0)}`]);
  return found;
}

/** What {id} stands for in the files of a pattern. */
async function idsOf(pattern: string): Promise<string[]> {
  const folder = dirname(pattern.slice(0, pattern.indexOf('{id}') + 1));
  const [before, after] = pattern.slice(join(folder, '/').length).split('{id}') as [string, string];
  const [rest = '', ...below] = after.split('/');
  // A folder a case: what lies beside the folders is something else.
  const all = rest === '' || below.length > 0 ? await foldersIn(folder) : await namesIn(folder);
  return all
    .filter((name) => name.startsWith(before) && name.endsWith(rest))
    .map((name) => name.slice(before.length, name.length - rest.length))
    .filter((id) => id !== '' && !id.startsWith('.'))
    .sort(byCharacter);
}

/** Folders in a folder; links are what they lead to. */
export async function foldersIn(folder: string): Promise<string[]> {
  const names = await namesIn(folder);
  const found = await Promise.all(
    names.map((name) => stat(join(folder, name)).catch(() => undefined)),
  );
  return names.filter((_, index) => found[index]?.isDirectory());
}

/** Files and folders, without those that are hidden, and without installed packages. */
async function namesIn(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch((error: unknown) => {
    throw cannotRead(folder, error);
  });
  return names.filter((name) => !name.startsWith('.') && name !== 'node_modules');
}

async function isThere(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}

function fileOf(root: string, pattern: string, id: string): string {
  return resolve(
    root,
    pattern.replaceAll('{id}', () => id),
  );
}

/** A pattern from the part on that {id} stands in. */
function tailOf(pattern: string): string {
  return pattern.slice(pattern.lastIndexOf('/', pattern.indexOf('{id}')) + 1);
}

function stemOf(path: string): string {
  return basename(path).replace(READABLE, '');
}

function cut(text: string, tail: string): string {
  return text.slice(0, text.length - tail.length);
}

/** What nnU-Net puts behind the id of a case: the number of a channel. */
function channelTail(index: number): string {
  return `_${String(index).padStart(4, '0')}`;
}

function byCharacter(left: string, right: string): number {
  return left < right ? -1 : 1;
}
