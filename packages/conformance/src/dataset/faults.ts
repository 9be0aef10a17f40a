import { type Differing, fault, reason } from '../errors.ts';

const inCall = (where: string, call: string) => `${where}, ${call}`;

export function datasetThrows(where: string, call: string, cause: unknown) {
  return fault(
    {
      code: 'RAREMASK_CONFORMANCE_DATASET_THROWS',
      where: inCall(where, call),
      what: 'the data set throws at an id that it has',
      expected: 'an answer for each of its ids, in any order and any number of times',
      got: reason(cause),
      remedy:
        'mend what it reads; find files that are missing when the data set is opened, not while it is read',
    },
    cause,
  );
}

export function datasetFault(
  where: string,
  call: string,
  { what, expected, got }: Differing & { readonly what: string },
) {
  return fault({
    code: 'RAREMASK_CONFORMANCE_DATASET',
    where: inCall(where, call),
    what,
    expected,
    got,
    remedy: 'mend what the data set says or reads: facts, ids and samples must fit together',
  });
}

export function idsDiffer(where: string, expected: readonly string[], got: readonly string[]) {
  const at = expected.findIndex((id, index) => got[index] !== id);
  const place = at < 0 ? expected.length : at;
  const describe = (ids: readonly string[]) =>
    `${ids[place] ?? 'none'} as id ${place} of ${ids.length}`;
  return fault({
    code: 'RAREMASK_CONFORMANCE_DATASET_ORDER',
    where,
    what: 'opened again, the data set has other ids, or in another order',
    expected: describe(expected),
    got: describe(got),
    remedy:
      'sort the ids: a folder lists its files in no certain order, and splits follow that of the ids',
  });
}

export function otherAnswer(
  where: string,
  call: string,
  how: string,
  { expected, got }: Differing,
) {
  return fault({
    code: 'RAREMASK_CONFORMANCE_DATASET_ANSWER',
    where: inCall(where, call),
    what: `the answer is another one: ${how}`,
    expected,
    got,
    remedy: 'answer from the files alone, by nothing that calls or openings leave behind',
  });
}

export function otherSample(
  where: string,
  id: string,
  how: string,
  { what, expected, got }: Differing & { readonly what: string },
) {
  return fault({
    code: 'RAREMASK_CONFORMANCE_DATASET_REREAD',
    where: inCall(where, `read(${JSON.stringify(id)})`),
    what: `the sample differs ${how}, in ${what}`,
    expected,
    got,
    remedy: 'share no buffer and no position between reads, and leave augmentation to the run',
  });
}

export function memoryReused(
  where: string,
  id: string,
  { what, expected, got }: Differing & { readonly what: string },
) {
  return fault({
    code: 'RAREMASK_CONFORMANCE_DATASET_MEMORY',
    where: inCall(where, `read(${JSON.stringify(id)})`),
    what: `reading other samples changes ${what} of this one, which was handed over before`,
    expected: `${expected}, as it was`,
    got,
    remedy: 'give every sample memory of its own',
  });
}

export function takesUnknownId(where: string, id: string) {
  return fault({
    code: 'RAREMASK_CONFORMANCE_DATASET_TAKES_ID',
    where: inCall(where, `read(${JSON.stringify(id)})`),
    what: 'the data set reads an id that it does not have',
    expected: 'a RaremaskError of the category data',
    got: 'a sample',
    remedy: 'look the id up in the list of ids before anything is read',
  });
}

export function unclearIdError(where: string, id: string, cause: unknown) {
  return fault(
    {
      code: 'RAREMASK_CONFORMANCE_DATASET_ID_ERROR',
      where: inCall(where, `read(${JSON.stringify(id)})`),
      what: 'the error for an id that does not exist does not say so',
      expected: 'a RaremaskError of the category data that names the id',
      got: reason(cause),
      remedy: 'look the id up in the list of ids, and throw before anything is read',
    },
    cause,
  );
}

export function disposalThrows(where: string, time: string, cause: unknown) {
  return fault(
    {
      code: 'RAREMASK_CONFORMANCE_DATASET_DISPOSE',
      where: inCall(where, 'dispose()'),
      what: `the ${time} disposal throws`,
      expected: 'an end without complaint, however often it is asked for',
      got: reason(cause),
      remedy: 'close only what is open, and forget it when it is closed',
    },
    cause,
  );
}

export function threadFails(where: string, got: string) {
  return fault({
    code: 'RAREMASK_CONFORMANCE_DATASET_THREAD',
    where: inCall(where, 'in another thread'),
    what: 'the data set cannot be opened or read in another thread',
    expected: 'the samples that it reads in this one; it gets the options as written, and a folder',
    got,
    remedy:
      'need no service but folder and log, and nothing that only this thread has; export the plugin as the default of its module',
  });
}

export function otherInThread(
  where: string,
  id: string,
  { what, expected, got }: Differing & { readonly what: string },
) {
  return fault({
    code: 'RAREMASK_CONFORMANCE_DATASET_OTHER_IN_THREAD',
    where: inCall(where, `read(${JSON.stringify(id)})`),
    what: `the sample differs in another thread, in ${what}`,
    expected,
    got,
    remedy:
      'let a sample follow from its files and the options alone, not from what a module remembers',
  });
}

export function imagesFault(where: string, path: string, cause: unknown) {
  return fault(
    {
      code: 'RAREMASK_CONFORMANCE_DATASET_NO_IMAGES',
      where: inCall(where, 'openImages'),
      what: 'a path that does not exist is opened, or refused without a word for the user',
      expected: `a RaremaskError of the category data for ${path}`,
      got: cause === undefined ? 'a data set' : reason(cause),
      remedy: 'look whether the path exists before anything else',
    },
    cause,
  );
}
