import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type DatasetProblem, notJson, overlappingRegions, wrongDatasetJson } from './errors.ts';
import { READABLE } from './readVolume.ts';

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
  /** Number of training cases. */
  readonly count?: number;
}

interface Listed {
  readonly id: string;
  /** One file, or one for each channel. */
  readonly images: readonly string[];
  readonly mask: string;
}

type Entries = readonly (readonly [string, unknown])[];

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
  if (!isRecord(content) || !('labels' in content)) return undefined;
  return parse(file, content);
}

function parse(file: string, content: Readonly<Record<string, unknown>>): DatasetJson {
  const problems: DatasetProblem[] = [];
  const listed = content['training'] ?? content['dataset'];
  const form = content['training'] === undefined ? 'nnU-Net' : 'Decathlon';
  const { classes, ignore } = labelsOf(file, content['labels'], problems);
  const channelKey = content['channel_names'] === undefined ? 'modality' : 'channel_names';
  const channels = channelsOf(
    form === 'nnU-Net' && content['modality'] === undefined ? 'channel_names' : channelKey,
    content[channelKey],
    problems,
  );
  const training = listed === undefined ? undefined : trainingOf(content, problems);
  const ending = content['file_ending'] ?? (training === undefined ? undefined : '.nii.gz');
  if (typeof ending !== 'string' || !READABLE.test(`case${ending}`)) {
    problems.push({
      key: 'file_ending',
      expected: 'the ending of volumes, as in ".nii.gz"; pictures are for @raremask/dataset-images',
      got: ending,
    });
  }
  const count = content['numTraining'];
  if (count !== undefined && !(Number.isInteger(count) && (count as number) > 0)) {
    problems.push({ key: 'numTraining', expected: 'a whole number from 1', got: count });
  } else if (training !== undefined && count !== undefined && count !== training.length) {
    const got = `${count}, and ${training.length} cases are listed`;
    problems.push({ key: 'numTraining', expected: 'the number of training cases', got });
  }
  if (problems.length > 0) throw wrongDatasetJson(file, problems);
  return {
    file,
    form,
    classes,
    channels,
    ending: ending as string,
    ...(ignore !== undefined && { ignore }),
    ...(training !== undefined && { training }),
    ...(count !== undefined && { count: count as number }),
  };
}

/** nnU-Net: name to value, with a class "ignore"; Decathlon: value to name. */
function labelsOf(
  file: string,
  labels: unknown,
  problems: DatasetProblem[],
): Pick<DatasetJson, 'classes' | 'ignore'> {
  if (!isRecord(labels) || Object.keys(labels).length === 0) {
    const expected = 'names and values, as in { "background": 0, "lesion": 1 }';
    problems.push({ key: 'labels', expected, got: labels });
    return { classes: {} };
  }
  const entries: Entries = Object.entries(labels);
  const regions = entries.filter(([, value]) => Array.isArray(value));
  if (regions.length > 0) throw overlappingRegions(file, regions);
  const byValue = entries.every(([key]) => /^\d+$/.test(key));
  const found: [string, number][] = [];
  let ignore: number | undefined;
  for (const [key, own] of entries) {
    const [name, stated] = byValue ? [own, key] : [key, own];
    const value = typeof stated === 'string' && /^\d+$/.test(stated) ? Number(stated) : stated;
    if (typeof name !== 'string' || !/\D/.test(name)) {
      problems.push({ key: `labels.${key}`, expected: 'the name of a class', got: own });
    } else if (!Number.isInteger(value) || (value as number) < 0 || (value as number) > 65535) {
      const expected = 'a whole number from 0 to 65535';
      problems.push({ key: `labels.${key}`, expected, got: own });
    } else if (name === 'ignore' && !byValue) ignore = value as number;
    else if (found.some(([other, same]) => other === name || same === value)) {
      problems.push({ key: `labels.${key}`, expected: 'a name and a value of its own', got: own });
    } else found.push([name, value as number]);
  }
  found.sort(([, left], [, right]) => left - right);
  const whole = problems.length === 0;
  if (whole && found[0]?.[1] !== 0) {
    problems.push({ key: 'labels', expected: 'a background of value 0', got: labels });
  } else if (whole && (found.length < 2 || found.length > 254)) {
    const expected = 'a background and 1 to 253 classes besides';
    problems.push({ key: 'labels', expected, got: labels });
  }
  return { classes: Object.fromEntries(found), ...(ignore !== undefined && { ignore }) };
}

function channelsOf(key: string, names: unknown, problems: DatasetProblem[]): readonly string[] {
  const entries: Entries = isRecord(names) ? Object.entries(names) : [];
  const complete = entries.every((_, index) => isRecord(names) && String(index) in names);
  if (entries.length > 0 && complete) return entries.map(([, name]) => String(name));
  problems.push({
    key,
    expected: 'a name for each channel from 0, as in { "0": "CT" }',
    got: names,
  });
  return [];
}

/** `training` lists pairs; `dataset`, of newer nnU-Net, maps a case to its images and label. */
function trainingOf(
  { training, dataset }: Readonly<Record<string, unknown>>,
  problems: DatasetProblem[],
): readonly Listed[] {
  const found: Listed[] = [];
  const add = (key: string, id: string | undefined, images: unknown, mask: unknown) => {
    const files = [images].flat();
    if (files.length === 0 || !files.every((name) => typeof name === 'string')) {
      problems.push({ key: `${key}.image`, expected: 'the path of a file', got: images });
    } else if (typeof mask !== 'string') {
      problems.push({ key: `${key}.label`, expected: 'the path of a file', got: mask });
    } else {
      const name = id ?? mask.slice(mask.lastIndexOf('/') + 1).replace(READABLE, '');
      const first = found.findIndex((other) => other.id === name);
      if (first < 0) found.push({ id: name, images: files as string[], mask });
      else problems.push({ key, expected: 'a case that is not listed yet', got: name });
    }
  };
  if (training !== undefined) {
    if (!Array.isArray(training) || training.length === 0) {
      const expected = 'a list of { "image": ..., "label": ... }';
      problems.push({ key: 'training', expected, got: training });
      return found;
    }
    for (const [index, one] of training.entries()) {
      const { image, label } = isRecord(one) ? one : {};
      add(`training[${index}]`, undefined, image, label);
    }
    return found;
  }
  const cases: Entries = isRecord(dataset) ? Object.entries(dataset) : [];
  if (cases.length === 0) {
    const expected = 'for each case { "images": [...], "label": ... }';
    problems.push({ key: 'dataset', expected, got: dataset });
  }
  for (const [id, one] of cases) {
    const { images, label } = isRecord(one) ? one : {};
    add(`dataset.${id}`, id, images, label);
  }
  return found;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}
