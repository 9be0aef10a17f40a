import {
  type ErrorCategory,
  type ErrorParts,
  isRaremaskError,
  RaremaskError,
} from '@raremask/core';

/** At most so many names in one message. */
const NAMED = 5;

function some(names: readonly string[]): string {
  const rest = names.length - NAMED;
  return names.slice(0, NAMED).join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}

export function listUnreadable(
  file: string,
  tried: readonly string[],
  cause: unknown,
): RaremaskError {
  const missing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
  return new RaremaskError(
    {
      code: 'RAREMASK_LIST_UNREADABLE',
      category: 'data',
      where: file,
      what: missing
        ? 'the list file does not exist'
        : `the list file cannot be read (${(cause as Error).message})`,
      expected: `a text file with one image id a line, at ${tried.join(' or ')}`,
      remedy: "mend data.split; paths start from the manifest's folder",
    },
    { cause },
  );
}

export function listEmpty(file: string): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_LIST_EMPTY',
    category: 'data',
    where: file,
    what: 'the list names no image',
    expected: 'one image id a line',
    remedy: 'fill the list, or mend data.split',
  });
}

export function listNoTable(file: string, cause: unknown): RaremaskError {
  return new RaremaskError(
    {
      code: 'RAREMASK_LIST_NO_TABLE',
      category: 'data',
      where: file,
      what: `the table cannot be read (${(cause as Error).message})`,
      expected: 'comma-separated values with a header line',
      remedy: 'mend the file, or data.split',
    },
    { cause },
  );
}

export function listNoColumn(
  file: string,
  column: string,
  columns: readonly string[],
): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_LIST_NO_COLUMN',
    category: 'data',
    where: `${file}:1`,
    what: `the table has no column ${column}`,
    expected: `one of its columns: ${some(columns)}`,
    got: column,
    remedy: 'mend column and id in data.split, or the header line of the file',
  });
}

export function listNoRow(
  file: string,
  column: string,
  value: string,
  values: readonly string[],
): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_LIST_NO_ROW',
    category: 'data',
    where: file,
    what: `no row has ${value} in the column ${column}`,
    expected: `one of the values there: ${some(values)}`,
    got: value,
    remedy: 'mend value in data.split, or the file',
  });
}

export function listUnknownIds(
  unknown: readonly { readonly place: string; readonly id: string }[],
  nearest: string | undefined,
): RaremaskError {
  const [{ place, id }] = unknown as [(typeof unknown)[number]];
  const others = unknown.slice(1).map((entry) => `${entry.id} (${entry.place})`);
  const extension = nearest !== undefined && id.startsWith(`${nearest}.`);
  return new RaremaskError({
    code: 'RAREMASK_LIST_UNKNOWN_ID',
    category: 'data',
    where: place,
    what: `the data set has no image with the id ${id}${
      others.length > 0 ? `, nor with ${unknown.length - 1} more ids: ${some(others)}` : ''
    }`,
    expected: `an id of the data set${nearest === undefined ? '' : `; the nearest is ${nearest}`}`,
    got: id,
    remedy: extension
      ? 'write ids without the extension of the file'
      : 'mend the list, or data.with.root and data.with.images',
  });
}

export function listRepeatedId(id: string, place: string, first: string): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_LIST_REPEATED_ID',
    category: 'data',
    where: place,
    what: `the image ${id} stands in the list already, at ${first}`,
    expected: 'every id once',
    remedy: 'remove one of the two lines',
  });
}

export function listsOverlap(
  shared: readonly { readonly id: string; readonly place: string; readonly other: string }[],
): RaremaskError {
  const [{ id, place, other }] = shared as [(typeof shared)[number]];
  return new RaremaskError({
    code: 'RAREMASK_LISTS_OVERLAP',
    category: 'data',
    where: place,
    what: `the image ${id} is in two splits, here and at ${other}`,
    expected: 'every image in one split',
    got: `${shared.length} images in two splits: ${some(shared.map((entry) => entry.id))}`,
    remedy: 'remove it from one of the lists',
  });
}

export function splitMixed(what: string, remedy: string): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_SPLIT_MIXED',
    category: 'manifest',
    where: 'data.split',
    what,
    remedy,
  });
}

export function splitShares(validation: number, test: number): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_SPLIT_SHARES',
    category: 'manifest',
    where: 'data.split',
    what: 'the shares leave no image for training, or none for validation',
    expected: 'a validation share above 0, a test share from 0, and a sum below 1',
    got: `validation ${validation}, test ${test}`,
    remedy: 'change data.split.validation or data.split.test',
  });
}

export function splitTooFew(units: string, got: number, expected: number): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_SPLIT_TOO_FEW',
    category: 'data',
    where: 'data.split',
    what: `there are too few ${units} to divide`,
    expected: `at least ${expected} ${units}, one for each split`,
    got: `${got}`,
    remedy:
      units === 'groups'
        ? 'add images, set data.split.by: image if images of one group may be in two splits, or use list files'
        : 'add images',
  });
}

export function unknownInSurvey(id: string): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_SURVEY_UNKNOWN_ID',
    category: 'plugin',
    where: id,
    what: 'the survey has no image with this id',
    expected: 'an id of one of the splits',
    remedy: 'ask for ids of survey.train, or of the draws',
  });
}

export function unitUnknown(minimum: number, maximum: number): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_NORMALIZE_UNIT',
    category: 'data',
    where: 'data.normalize',
    what: 'unit has no largest value to divide these intensities by',
    expected: 'training intensities from 0 to 65535',
    got: `${minimum} to ${maximum}`,
    remedy: 'set data.normalize to set or image',
  });
}

export function windowChannels(name: string, got: number, channels: number): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_NORMALIZE_CHANNELS',
    category: 'manifest',
    where: `data.normalize.${name}`,
    what: 'the list does not have a number for each channel of the images',
    expected: `${channels} ${channels === 1 ? 'number' : 'numbers'}`,
    got: `${got}`,
    remedy: 'write one number for all channels, or one for each',
  });
}

export function noForegroundIntensities(): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_NORMALIZE_NO_FOREGROUND',
    category: 'data',
    where: 'data.normalize.of',
    what: 'percentiles of the foreground are asked for, and the training split has none',
    expected: 'training images with foreground',
    remedy: 'set data.normalize.of to all, or look at the masks with raremask inspect',
  });
}

export function brokenSample(
  id: string,
  what: string,
  expected: string,
  got: string,
): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_BROKEN_SAMPLE',
    category: 'plugin',
    where: id,
    what: `the data set gave a broken sample: ${what}`,
    expected,
    got,
    remedy: 'mend the data set plugin, or tell its author',
  });
}

export function brokenDraw(id: string, what: string, expected: string, got: string): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_BROKEN_DRAW',
    category: 'plugin',
    where: id,
    what: `the sampler drew a window that cannot be cut: ${what}`,
    expected,
    got,
    remedy: 'mend the sampler plugin, or tell its author',
  });
}

export function datasetFailed(id: string, cause: unknown): RaremaskError {
  return new RaremaskError(
    {
      code: 'RAREMASK_DATASET_FAILED',
      category: 'plugin',
      where: id,
      what: `the data set threw while it read this image: ${
        cause instanceof Error ? cause.message : String(cause)
      }`,
      remedy: 'mend the data set plugin, or tell its author',
    },
    { cause },
  );
}

export function readerDied(reason: string, cause?: unknown): RaremaskError {
  return new RaremaskError(
    {
      code: 'RAREMASK_READER_DIED',
      category: 'run',
      where: 'train.workers',
      what: `a thread that reads images has ended: ${reason}`,
      remedy: 'set train.workers to a smaller number, or to 0 to read in the main thread',
    },
    { cause },
  );
}

export function augmentNeedsPlane(name: string): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_AUGMENT_NEEDS_PLANE',
    category: 'manifest',
    where: `train.augment.${name}`,
    what: 'this change is for images of two dimensions',
    expected: 'flip, rotate, brightness, contrast, gamma, noise, blur or cutout for volumes',
    got: `${name}, and a data set of volumes`,
    remedy: 'take the line out, or read the volumes as slices',
  });
}

export function nothingToPaste(): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_AUGMENT_NOTHING_TO_PASTE',
    category: 'data',
    where: 'train.augment.paste',
    what: 'there is no structure to copy into empty images',
    expected: 'a training image with foreground',
    got: 'none',
    remedy: 'take the line out, or add images with foreground to the training split',
  });
}

/** An error as plain data, to be handed from one thread to another. */
export interface CarriedError {
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
  readonly code: string | undefined;
  readonly category: ErrorCategory | undefined;
  readonly parts: ErrorParts | undefined;
  readonly cause: CarriedError | undefined;
}

export function packError(error: unknown): CarriedError {
  if (!(error instanceof Error)) return packError(new Error(String(error)));
  const { code, category, parts } = error as Partial<RaremaskError>;
  return {
    name: error.name,
    message: error.message,
    stack: error.stack,
    code: typeof code === 'string' ? code : undefined,
    category,
    parts: isRaremaskError(error) ? parts : undefined,
    cause: error.cause === undefined ? undefined : packError(error.cause),
  };
}

export function unpackError(carried: CarriedError): Error {
  const options = carried.cause && { cause: unpackError(carried.cause) };
  if (carried.parts !== undefined) return new RaremaskError(carried.parts, options);
  const error = new Error(carried.message, options);
  error.name = carried.name;
  if (carried.stack !== undefined) error.stack = carried.stack;
  if (carried.code !== undefined) Object.assign(error, { code: carried.code });
  if (carried.category !== undefined) Object.assign(error, { category: carried.category });
  return error;
}

export function unknownClass(where: string, got: string, names: readonly string[]): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_UNKNOWN_CLASS',
    category: 'manifest',
    where: `${where}.${got}`,
    what: 'the data set has no class of this name',
    expected: names.join(', '),
    got,
    remedy: 'write the name as data.with.classes has it',
  });
}
