import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { staysInside } from '@raremask/core';
import { z } from 'zod';
import { READABLE } from '../formats/readVolume.ts';
import { type DatasetProblem, notJson, overlappingRegions, wrongDatasetJson } from './errors.ts';

/** What a dataset.json says: that of nnU-Net (raw) or of the Medical Segmentation Decathlon. */
export interface DatasetJson {
  readonly file: string;
  readonly form: 'nnU-Net' | 'Decathlon';
  /** The background first. */
  readonly classes: Readonly<Record<string, number>>;
  /** Value of voxels that nobody has judged. */
  readonly ignore?: number;
  /** Names of the channels. */
  readonly channels: readonly string[];
  /** How the names of the files end, with the dot. */
  readonly ending: string;
  /** Files of each training case as they are listed, relative to the folder; left out: by folder. */
  readonly training?: readonly Listed[];
  /** Number of training cases, as `numTraining` says. */
  readonly count?: number;
}

interface Listed {
  readonly id: string;
  /** One file, or one for each channel. */
  readonly images: readonly string[];
  readonly mask: string;
}

// The error of every schema says what is expected: it stands in a list of mistakes, behind its key.
const PATH = 'the path of a file';
const PAIR = '{ "image": ..., "label": ... }';
const CASE = '{ "images": [...], "label": ... }';
const CLASS = 'the name of a class';
const VALUE = 'a whole number from 0 to 65535';
const CHANNELS = 'a name for each channel from 0, as in { "0": "CT" }';
const ENDING = 'the ending of volumes, as in ".nii.gz"; pictures are for @raremask/dataset-images';
const COUNT = 'a whole number from 1';
const INSIDE = 'a name that leads to no other folder';

const entriesOf = (expected: string) =>
  z
    .record(z.string(), z.unknown(), expected)
    .refine((entries) => Object.keys(entries).length > 0, expected);
const labels = entriesOf('names and values, as in { "background": 0, "lesion": 1 }');
const className = z.string(CLASS).regex(/\D/, CLASS).refine(staysInside, INSIDE);
/** As a number, or in digits. */
const classValue = z.preprocess(
  (stated) => (typeof stated === 'string' && /^\d+$/.test(stated) ? Number(stated) : stated),
  z.int(VALUE).min(0, VALUE).max(65535, VALUE),
);
const channelNames = entriesOf(CHANNELS)
  .refine((names) => Object.keys(names).every((_, index) => String(index) in names), CHANNELS)
  .transform((names) => Object.values(names).map(String));
const path = z.string(PATH);
const paths = z.union([path, z.array(path).min(1)], PATH).transform((files) => [files].flat());
const pairs = z.array(z.unknown(), `a list of ${PAIR}`).min(1, `a list of ${PAIR}`);
const pair = z.object({ image: paths, label: path }, PAIR);
const cases = entriesOf(`for each case ${CASE}`);
const oneCase = z.object({ images: paths, label: path }, CASE);
const caseName = z.string().refine(staysInside, INSIDE);
const fileEnding = z.string(ENDING).refine((ending) => READABLE.test(`case${ending}`), ENDING);
const caseCount = z.int(COUNT).min(1, COUNT).optional();

/** Reads the dataset.json of a folder; undefined where there is none, or one for other purposes. */
export async function readDatasetJson(folder: string): Promise<DatasetJson | undefined> {
  const file = join(folder, 'dataset.json');
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  let content: unknown;
  try {
    content = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    throw notJson(file, error);
  }
  const parts = z.record(z.string(), z.unknown()).safeParse(content);
  return parts.success && 'labels' in parts.data ? parse(file, parts.data) : undefined;
}

function parse(file: string, content: Readonly<Record<string, unknown>>): DatasetJson {
  const problems: DatasetProblem[] = [];
  const { classes, ignore } = labelsOf(file, content['labels'], problems);
  const form = content['training'] === undefined ? 'nnU-Net' : 'Decathlon';
  const older = form === 'Decathlon' || content['modality'] !== undefined;
  const key = older && content['channel_names'] === undefined ? 'modality' : 'channel_names';
  const channels = checked(channelNames, key, content[key], problems);
  const training = trainingOf(content, problems);
  const stated = content['file_ending'] ?? (training === undefined ? undefined : '.nii.gz');
  const ending = checked(fileEnding, 'file_ending', stated, problems);
  const count = checked(caseCount, 'numTraining', content['numTraining'], problems);
  if (problems.length > 0) throw wrongDatasetJson(file, problems);
  return {
    file,
    form,
    classes,
    channels: channels!,
    ending: ending!,
    ...(ignore !== undefined && { ignore }),
    ...(training !== undefined && { training }),
    ...(count !== undefined && { count }),
  };
}

/** A part of the file as its schema makes it; what is wrong goes to the problems, each by its key. */
function checked<T>(
  schema: z.ZodType<T>,
  key: string,
  content: unknown,
  problems: DatasetProblem[],
): T | undefined {
  const { success, data, error } = schema.safeParse(content);
  if (success) return data;
  for (const { path, message } of error.issues) {
    const got = path.reduce<unknown>(
      (part, step) => (part as Record<PropertyKey, unknown> | undefined)?.[step],
      content,
    );
    problems.push({ key: [key, ...path].join('.'), expected: message, got });
  }
  return undefined;
}

/** nnU-Net: name to value, with a class "ignore"; Decathlon: value to name. */
function labelsOf(
  file: string,
  content: unknown,
  problems: DatasetProblem[],
): Pick<DatasetJson, 'classes' | 'ignore'> {
  const before = problems.length;
  const entries = Object.entries(checked(labels, 'labels', content, problems) ?? {});
  const regions = entries.filter(([, value]) => Array.isArray(value));
  if (regions.length > 0) throw overlappingRegions(file, regions);
  const byValue = entries.every(([key]) => /^\d+$/.test(key));
  const found = new Map<string, number>();
  let ignore: number | undefined;
  for (const [key, own] of entries) {
    const place = `labels.${key}`;
    const [stated, number] = byValue ? [own, key] : [key, own];
    const name = checked(className, place, stated, problems);
    const value = checked(classValue, place, number, problems);
    if (name === undefined || value === undefined) continue;
    if (name === 'ignore' && !byValue) ignore = value;
    else if (found.has(name) || [...found.values()].includes(value)) {
      problems.push({ key: place, expected: 'a name and a value of its own', got: own });
    } else found.set(name, value);
  }
  const classes = [...found].sort(([, left], [, right]) => left - right);
  const whole = problems.length === before;
  if (whole && classes[0]?.[1] !== 0) {
    problems.push({ key: 'labels', expected: 'a background of value 0', got: content });
  } else if (whole && (classes.length < 2 || classes.length > 254)) {
    const expected = 'a background and 1 to 253 classes besides';
    problems.push({ key: 'labels', expected, got: content });
  }
  return { classes: Object.fromEntries(classes), ...(ignore !== undefined && { ignore }) };
}

/** `training` lists pairs; `dataset`, of newer nnU-Net, maps a case to its images and label. */
function trainingOf(
  content: Readonly<Record<string, unknown>>,
  problems: DatasetProblem[],
): readonly Listed[] | undefined {
  const found = new Map<string, Listed>();
  const add = (key: string, stated: string, images: readonly string[], mask: string) => {
    const id = checked(caseName, key, stated, problems);
    if (id === undefined) return;
    if (!found.has(id)) found.set(id, { id, images, mask });
    else problems.push({ key, expected: 'a case that is not listed yet', got: id });
  };
  if (content['training'] !== undefined) {
    const listed = checked(pairs, 'training', content['training'], problems) ?? [];
    for (const [index, one] of listed.entries()) {
      const key = `training[${index}]`;
      const { image, label } = checked(pair, key, one, problems) ?? {};
      if (image && label) add(key, basename(label).replace(READABLE, ''), image, label);
    }
  } else if (content['dataset'] !== undefined) {
    const listed = checked(cases, 'dataset', content['dataset'], problems) ?? {};
    for (const [id, one] of Object.entries(listed)) {
      const key = `dataset.${id}`;
      const { images, label } = checked(oneCase, key, one, problems) ?? {};
      if (images && label) add(key, id, images, label);
    }
  } else return undefined;
  return [...found.values()];
}
