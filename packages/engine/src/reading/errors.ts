import { isOutOfMemory, RaremaskError } from '@raremask/core';
import type { FactsFault } from '@raremask/core/host';
import { pluginThrew } from '../guard/errors.ts';

/** Data set and sample, as messages begin. */
const inData = (id: string) => `data (${id})`;

export function brokenSample(
  id: string,
  what: string,
  expected: string,
  got: string,
): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_BROKEN_SAMPLE',
    category: 'plugin',
    where: inData(id),
    what: `the data set gave a broken sample: ${what}`,
    expected,
    got,
    remedy: 'mend the data set plugin, or tell its author',
  });
}

export function brokenFacts(place: string, { what, expected, got }: FactsFault): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_DATASET_FACTS',
    category: 'plugin',
    where: place,
    what: `the data set gives facts of which no task can be made: ${what}`,
    expected,
    got,
    remedy: 'mend the data set plugin, or the options that its classes come from',
  });
}

export function brokenListing(
  place: string,
  what: string,
  expected: string,
  got: string,
): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_DATASET_LISTING',
    category: 'plugin',
    where: place,
    what: `the data set gives ${what}`,
    expected,
    got,
    remedy: 'make the list of ids once, sorted, when the data set is opened; or tell its author',
  });
}

export function brokenDraw(id: string, what: string, expected: string, got: string): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_BROKEN_DRAW',
    category: 'plugin',
    where: `sampler (${id})`,
    what: `the sampler drew a window that cannot be cut: ${what}`,
    expected,
    got,
    remedy: 'mend the sampler plugin, or tell its author',
  });
}

export function datasetFailed(id: string, cause: unknown, url: string | undefined): RaremaskError {
  if (isOutOfMemory(cause)) {
    return new RaremaskError(
      {
        code: 'RAREMASK_IMAGE_TOO_LARGE',
        category: 'data',
        where: id,
        what: 'there is not enough memory to read this image',
        got: (cause as Error).message,
        remedy: 'cut it into parts, or set train.workers to 0, which reads one image at a time',
      },
      { cause },
    );
  }
  const text = 'the data set threw while it read this image';
  const remedy =
    'mend or remove the files of this image; where they are right, tell the author of the data set plugin';
  return pluginThrew('RAREMASK_DATASET_FAILED', inData(id), text, cause, { url, remedy });
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

export function noTruth(id: string): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_NO_TRUTH',
    category: 'data',
    where: id,
    what: 'the sample has no labels',
    expected: 'labels for every sample that trains or scores',
    remedy: 'give it a mask, or take it out of the split',
  });
}
