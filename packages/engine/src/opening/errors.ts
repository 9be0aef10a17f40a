import { RaremaskError } from '@raremask/core';
import { reasonLines } from './leftOut.ts';

/** So many characters of a name are shown: what is no list of names is not told at length. */
const SHOWN = 60;

/** A text of a file as a message may show it. */
function quoted(text: string): string {
  const plain = text.replaceAll(/\p{C}/gu, ' ');
  return plain.length > SHOWN ? `${plain.slice(0, SHOWN)}…` : plain;
}

/** At most so many names in one message. */
const NAMED = 5;

function some(names: readonly string[]): string {
  const rest = names.length - NAMED;
  return names.slice(0, NAMED).map(quoted).join(', ') + (rest > 0 ? ` and ${rest} more` : '');
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

/** How the samples of a data set are broken, most of them listed. */
export function severalUnreadable(reasons: ReadonlyMap<string, RaremaskError>): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_UNREADABLE_SAMPLES',
    category: 'data',
    where: 'data',
    what: `${reasons.size} samples cannot be used`,
    expected: 'samples that can all be read',
    got: reasonLines(reasons),
    remedy: UNREADABLE_REMEDY,
  });
}

/** @param count of the samples, where not all of the reasons were kept */
export function nothingReadable(
  reasons: ReadonlyMap<string, Pick<RaremaskError, 'message'>>,
  count = reasons.size,
): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_NOTHING_READABLE',
    category: 'data',
    where: 'data',
    what: `none of the ${count} samples can be used`,
    expected: 'at least one that can be read',
    got: reasonLines(reasons),
    remedy: 'begin with the first one: the others may have the same fault',
  });
}

const UNREADABLE_REMEDY =
  'mend each as it says, take it out of the data set, or set data.unreadable: skip to train without them';

export function groupFailed(id: string, cause: unknown): RaremaskError {
  return new RaremaskError(
    {
      code: 'RAREMASK_SAMPLE_GROUP',
      category: 'data',
      where: id,
      what: `the data set threw when it was asked for the group of this sample: ${
        cause instanceof Error ? cause.message : String(cause)
      }`,
      remedy:
        'mend or remove its files; where they are right, tell the author of the data set plugin',
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

export function listNoBeginning(begins: string, ids: readonly string[]): RaremaskError {
  const folders = [...new Set(ids.map((id) => id.slice(0, id.indexOf('/') + 1)))].sort();
  return new RaremaskError({
    code: 'RAREMASK_LIST_NO_BEGINNING',
    category: 'data',
    where: 'data.split',
    what: `no id begins with ${begins}`,
    expected:
      folders.length > 1 ? `one of ${some(folders)}` : `the beginning of ids such as ${some(ids)}`,
    got: begins,
    remedy: 'mend begins; letters count as they are written',
  });
}

export function listNoTable(file: string, cause: unknown): RaremaskError {
  return new RaremaskError(
    {
      code: 'RAREMASK_LIST_NO_TABLE',
      category: 'data',
      where: file,
      what: `the table cannot be read (${quoted((cause as { readonly code?: string }).code ?? (cause as Error).message)})`,
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
    what: `no row has ${quoted(value)} in the column ${column}`,
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
  const others = unknown.slice(1).map((entry) => `${quoted(entry.id)} (${entry.place})`);
  return new RaremaskError({
    code: 'RAREMASK_LIST_UNKNOWN_ID',
    category: 'data',
    where: place,
    what: `the data set has no image with the id ${quoted(id)}${
      others.length > 0 ? `, nor with ${unknown.length - 1} more ids: ${some(others)}` : ''
    }`,
    expected: `an id of the data set${nearest === undefined ? '' : `; the nearest is ${nearest}`}`,
    got: quoted(id),
    remedy: 'mend the list, or data.with.root and data.with.images',
  });
}

export function listOfSomethingElse(file: string, lines: number): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_LIST_OF_SOMETHING_ELSE',
    category: 'data',
    where: file,
    what: `none of the ${lines} lines is an id of the data set, or near to one`,
    expected: 'one id of an image, or its file, a line',
    remedy:
      'look whether this is the list that is meant, or mend data.with.root and data.with.images',
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

export function resolutionOfVolumes(): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_RESOLUTION_OF_VOLUMES',
    category: 'manifest',
    where: 'data.resolution',
    what: 'the samples are volumes, whose resolution is a size of voxels',
    expected: 'images with two axes',
    remedy: 'set data.with.spacing instead, and take data.resolution out',
  });
}

/** Samples that a run was trained on, and that are to be scored now, or the reverse. */
export function splitChanged(
  moved: readonly { readonly id: string; readonly before: string; readonly name: string }[],
): RaremaskError {
  const [{ id, before, name }] = moved as [(typeof moved)[number]];
  return new RaremaskError({
    code: 'RAREMASK_SPLIT_CHANGED',
    category: 'data',
    where: 'data.split',
    what: 'the lists divide the images otherwise than when the run was trained: scores would be of images that the network knows',
    expected: 'training images that are those of the run (splits.json in its folder)',
    got: `${moved.length} moved, for example ${quoted(id)} from ${before} to ${name}`,
    remedy: 'evaluate with the lists of the training, or train anew',
  });
}

/** A data set whose counts cannot be kept from one process to the next. */
export function partNotKept(): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_PART_NOT_KEPT',
    category: 'plugin',
    where: 'data.use',
    what: 'the data set has no fingerprints, so the counts of a part cannot be kept for the whole',
    expected: 'a data set with fingerprint(id)',
    remedy: 'inspect the whole set at once, or ask the author of the plugin for fingerprints',
  });
}
