import type { RaremaskError } from '@raremask/core';
import { dataError } from '../dataError.ts';

function short(text: string): string {
  return text.length > 120 ? `${text.slice(0, 117)}...` : text;
}

export function otherGrid(
  file: string,
  first: string,
  got: string,
  expected: string,
): RaremaskError {
  return dataError(
    'RAREMASK_VOLUMES_OTHER_GRID',
    file,
    `the grid differs from that of ${first}`,
    expected,
    got,
    'resample the file to the grid of the first image of its case; where the extents agree and only the header is wrong, copy the header of the image',
  );
}

export function notFinite(
  file: string,
  value: number,
  voxel: readonly number[],
  count: number,
): RaremaskError {
  return dataError(
    'RAREMASK_VOLUMES_NOT_FINITE',
    file,
    count === 1 ? 'an intensity is no finite number' : `${count} intensities are no finite numbers`,
    'finite numbers within the range of float32 alone',
    `${value} at voxel [${voxel.join(', ')}], in the file's own axes, from 0`,
    'write the value of the background there; NaN is often what lies outside of the scanned field',
  );
}

export function labelNotWhole(
  file: string,
  value: number,
  voxel: readonly number[],
): RaremaskError {
  return dataError(
    'RAREMASK_VOLUMES_LABEL_NOT_WHOLE',
    file,
    'the mask holds a value that is no whole number',
    'whole numbers, each of a class',
    `${value} at voxel [${voxel.join(', ')}], in the file's own axes, from 0`,
    'write labels instead of probabilities; if the mask has been resampled, resample it again by nearest neighbour',
  );
}

export function maskOfChannels(file: string, dimensions: readonly number[]): RaremaskError {
  return dataError(
    'RAREMASK_VOLUMES_MASK_CHANNELS',
    file,
    'the mask has more than one channel',
    'one volume of label values: three axes, or a fourth of extent 1',
    dimensions.join('x'),
    'write one label map whose values are the classes; structures that overlap cannot be told apart in it',
  );
}

export function otherChannels(
  file: string,
  got: number,
  expected: number,
  told: string | undefined,
): RaremaskError {
  return dataError(
    'RAREMASK_VOLUMES_CHANNELS',
    file,
    `the case has another number of channels than ${told === undefined ? 'the first one' : `${told} names`}`,
    String(expected),
    String(got),
    `give every case the same channels${told === undefined ? '' : ', or mend the names in dataset.json'}`,
  );
}

export function unknownLabel(
  file: string,
  value: number,
  voxel: readonly number[],
  known: readonly number[],
): RaremaskError {
  return dataError(
    'RAREMASK_VOLUMES_UNKNOWN_LABEL',
    file,
    `the mask holds the value ${value}, which no class has`,
    known.join(', '),
    `${value} at voxel [${voxel.join(', ')}], in the file's own axes, from 0`,
    'name the value in data.with.classes, or mend the mask',
  );
}

export function noCases(pattern: string): RaremaskError {
  return dataError(
    'RAREMASK_VOLUMES_NONE',
    pattern,
    'no file matches the pattern of images',
    'at least one file with {id} in its name',
    undefined,
    'mend data.with.root or data.with.images',
  );
}

export function noSuchCase(file: string, patterns: readonly string[]): RaremaskError {
  return dataError(
    'RAREMASK_VOLUMES_NO_CASE',
    file,
    'the file is not the first image of a case',
    `a name like ${patterns[0]}, with ${patterns.slice(1).join(', ')} beside it`,
    undefined,
    'name the first image of the case, or the folder',
  );
}

export function cannotTell(folder: string, patterns: readonly string[]): RaremaskError {
  return dataError(
    'RAREMASK_VOLUMES_CANNOT_TELL',
    folder,
    'it does not show which files are the images of one case',
    `files as in training: ${patterns.join(', ')}, in the folder or below it`,
    undefined,
    'name the files as in training, or lay the folder out as the root of the data',
  );
}

export function nameOutside(name: string): RaremaskError {
  return dataError(
    'RAREMASK_VOLUMES_NAME_OUTSIDE',
    name,
    'a file of this name would be written outside of the folder of predictions',
    'names of classes and cases without .. in them, and without / at their beginning',
    JSON.stringify(name),
    'rename the class in data.with.classes or dataset.json, or the case',
  );
}

export function unknownId(id: string): RaremaskError {
  return dataError(
    'RAREMASK_VOLUMES_UNKNOWN_ID',
    id,
    'the data set has no sample of this id',
    'an id that it lists',
    id,
    'mend the list of ids',
  );
}

/** A place in dataset.json that is wrong. */
export interface DatasetProblem {
  readonly key: string;
  readonly expected: string;
  readonly got: unknown;
}

export function wrongDatasetJson(file: string, problems: readonly DatasetProblem[]): RaremaskError {
  const lines = problems.map(({ key, expected, got }) => {
    const shown = got === undefined ? 'nothing' : short(JSON.stringify(got));
    return `${key}: expected ${expected}, got ${shown}`;
  });
  return dataError(
    'RAREMASK_VOLUMES_DATASET_JSON',
    file,
    problems.length === 1 ? 'it has a mistake' : `it has ${problems.length} mistakes`,
    'the dataset.json of nnU-Net (channel_names, labels, file_ending, numTraining) or of the Medical Segmentation Decathlon (modality, labels, training)',
    lines.join('\n  '),
    'mend the file, or give data.with.classes, images and masks instead of it',
  );
}

export function notJson(file: string, cause: unknown): RaremaskError {
  return dataError(
    'RAREMASK_VOLUMES_DATASET_JSON',
    file,
    'it is no JSON',
    'the dataset.json of nnU-Net or of the Medical Segmentation Decathlon',
    cause instanceof Error ? cause.message : String(cause),
    'mend the file, or give data.with.classes, images and masks instead of it',
  );
}

export function overlappingRegions(
  file: string,
  regions: readonly (readonly [string, unknown])[],
): RaremaskError {
  const [name] = regions[0]!;
  return dataError(
    'RAREMASK_VOLUMES_REGIONS',
    file,
    'labels describes regions that overlap, which are not trained on',
    'one value for each class',
    regions.map(([key, values]) => `labels.${key}: ${JSON.stringify(values)}`).join(', '),
    `train on the values themselves: give data.with.classes with a name for each, and images and masks; ${name} is then where the prediction has one of its values`,
  );
}

export function noClasses(root: string): RaremaskError {
  return dataError(
    'RAREMASK_VOLUMES_NO_CLASSES',
    root,
    'data.with.classes is left out, and no dataset.json in this folder tells the classes',
    'a dataset.json of nnU-Net or of the Medical Segmentation Decathlon, or data.with.classes',
    undefined,
    'mend data.with.root, or give classes, as in { background: 0, lesion: 1 }, images and masks',
  );
}

export function missingFiles(files: readonly string[], cases: number): RaremaskError {
  const shown = files.slice(0, 5).join(', ');
  const more = files.length > 5 ? `, and ${files.length - 5} more` : '';
  return dataError(
    'RAREMASK_VOLUMES_MISSING',
    files[0]!,
    files.length === 1
      ? 'a file of a case is missing'
      : `${files.length} files of cases are missing`,
    `an image of every channel and a label map for each of the ${cases} cases`,
    `no ${shown}${more}`,
    'fetch the files, take their cases out of the folder or of dataset.json, or mend the patterns in data.with',
  );
}

export function tooFine(
  file: string,
  from: readonly number[],
  to: readonly number[],
  limit: number,
): RaremaskError {
  return dataError(
    'RAREMASK_VOLUMES_TOO_FINE',
    file,
    `data.with.spacing makes too many voxels of its ${from.join('x')} (z, y, x)`,
    `at most ${limit}`,
    to.join('x'),
    'give a larger spacing, in millimetres and in the order z, y, x; or mend the size of voxels in the header',
  );
}

export function severalUnusable(
  folder: string,
  errors: readonly RaremaskError[],
  cases: number,
): RaremaskError {
  const shown = errors.slice(0, 10).map(({ code, message }) => `${code} ${message}`);
  if (errors.length > 10) shown.push(`and ${errors.length - 10} more`);
  return dataError(
    'RAREMASK_VOLUMES_SEVERAL_UNUSABLE',
    folder,
    `${errors.length} of ${cases} cases cannot be used`,
    'images that can be read, all with the same channels',
    `\n  ${shown.join('\n  ')}`,
    'mend each as it says, or take its case out of the folder',
  );
}

export function otherSegment(
  file: string,
  name: string,
  got: number,
  expected: number,
): RaremaskError {
  return dataError(
    'RAREMASK_VOLUMES_OTHER_SEGMENT',
    file,
    `the segment ${JSON.stringify(name)} has another number than its class`,
    String(expected),
    String(got),
    'give the segments of every file the numbers of data.with.classes, or write label maps as .nii.gz',
  );
}
