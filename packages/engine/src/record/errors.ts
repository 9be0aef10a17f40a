import { RaremaskError } from '@raremask/core';

const OTHER = 'use the other checkpoint of the run (best or last), or train again';

export function brokenCheckpoint(path: string, what: string, cause?: unknown): RaremaskError {
  return new RaremaskError(
    {
      code: 'RAREMASK_BROKEN_CHECKPOINT',
      category: 'data',
      where: path,
      what: `the checkpoint cannot be used: ${what}`,
      remedy: OTHER,
    },
    { cause },
  );
}

export function checkpointFormat(path: string, format: number, newest: number): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_CHECKPOINT_FORMAT',
    category: 'data',
    where: path,
    what: `the checkpoint was written by a later raremask, with format ${format}`,
    expected: `format ${newest}, which this raremask reads`,
    got: String(format),
    remedy:
      'install the raremask that reads it, npm install raremask@latest (environment.json of the run names the one that wrote it)',
  });
}

export function checkpointNotFinite(
  path: string,
  name: string,
  broken: number,
  all: number,
): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_CHECKPOINT_NOT_FINITE',
    category: 'data',
    where: path,
    what: `the checkpoint cannot be used: ${broken} of the ${all} numbers of ${name} are not finite`,
    expected: 'finite numbers; a network with others predicts nothing that means anything',
    remedy: OTHER,
  });
}

export function checkpointMissing(path: string, remedy: string): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_CHECKPOINT_MISSING',
    category: 'data',
    where: path,
    what: 'the run has no such checkpoint',
    expected: 'the file that training writes after each epoch',
    remedy,
  });
}

/** A checkpoint that cannot be used, with what is known of the other one of its run. */
export function withRemedy(error: RaremaskError, remedy: string): RaremaskError {
  return new RaremaskError({ ...error.parts, remedy }, { cause: error.cause });
}
