import { RaremaskError } from '@raremask/core';

/** What the operating system says when a file or folder cannot be written, in plain words. */
const WRITE_REASONS: Readonly<Record<string, readonly [what: string, remedy: string]>> = {
  ENOSPC: ['the disk is full', 'free space on that disk, or choose another folder with --out'],
  EDQUOT: ['the quota is used up', 'free space, or choose another folder with --out'],
  EROFS: ['the file system is read-only', 'choose another folder with --out'],
  EACCES: ['no permission to write', 'choose another folder with --out, or change its permissions'],
  EPERM: [
    'writing is not permitted',
    'choose another folder with --out, or change its permissions',
  ],
  ENOTDIR: ['a part of the path is a file', 'choose another folder with --out'],
};

export function cannotWrite(path: string, cause: unknown): RaremaskError {
  const code = (cause as NodeJS.ErrnoException | undefined)?.code ?? '';
  const [what, remedy] = WRITE_REASONS[code] ?? [
    `writing failed (${code || String(cause)})`,
    'choose another folder with --out',
  ];
  return new RaremaskError(
    {
      code: 'RAREMASK_CANNOT_WRITE',
      category: 'environment',
      where: path,
      what: `${what}; nothing that was there before is lost`,
      remedy,
    },
    { cause },
  );
}

export function notARun(folder: string, missing: string): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_NOT_A_RUN',
    category: 'manifest',
    where: folder,
    what: `not a run folder: ${missing} is missing`,
    expected: 'a folder that raremask train has made',
    remedy: 'give the run folder that train printed, for example runs/lung-nodules',
  });
}

/** What to do about a file that follows from the others of a run. */
const AGAIN = 'score the run again with raremask evaluate, or remove the file';

/** @param remedy left out, the file is one that raremask evaluate writes */
export function damagedFile(path: string, cause: unknown, remedy = AGAIN): RaremaskError {
  return new RaremaskError(
    {
      code: 'RAREMASK_REPORT_DAMAGED',
      category: 'data',
      where: path,
      what: 'the file cannot be read as what it should be',
      expected: 'JSON as the run wrote it',
      got: cause instanceof Error ? cause.message : String(cause),
      remedy,
    },
    { cause },
  );
}

export function brokenDecision(path: string, got: string): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_DECISION_BROKEN',
    category: 'run',
    where: path,
    what: 'the file of what was searched on the validation split cannot be read',
    expected: 'the JSON that raremask has written',
    got,
    remedy: 'delete it; raremask evaluate searches again',
  });
}

export function environmentDamaged(path: string, got: string): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_ENVIRONMENT_DAMAGED',
    category: 'data',
    where: path,
    what: 'what the run was made with cannot be read',
    expected: 'JSON with manifestFolder, the folder of its manifest as seen from the run folder',
    got,
    remedy:
      'write it anew with that one entry, for example { "manifestFolder": "../.." } for runs/NAME beside the manifest; the rest of it is only shown',
  });
}

export function metricsDamaged(path: string, line: number, got: string): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_METRICS_DAMAGED',
    category: 'data',
    where: `${path}:${line}`,
    what: 'the row of an epoch is torn, or is none',
    expected: 'a whole line with a cell for each column, one an epoch in their order',
    got,
    remedy:
      'remove that line (in a copy, if you want to keep it); raremask resume writes the last one anew from the checkpoint',
  });
}

export function runLocked(path: string, holder: string): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_RUN_LOCKED',
    category: 'environment',
    where: path,
    what: `the run is being trained by ${holder}`,
    expected: 'one process for a run folder',
    remedy:
      'wait for it, or end it (its state is saved); if nothing trains there any more, remove this file',
  });
}
