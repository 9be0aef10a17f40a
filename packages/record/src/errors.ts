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

export function damagedFile(path: string, cause: unknown): RaremaskError {
  return new RaremaskError(
    {
      code: 'RAREMASK_REPORT_DAMAGED',
      category: 'data',
      where: path,
      what: 'the file cannot be read as what it should be',
      expected: 'JSON as the run wrote it',
      got: cause instanceof Error ? cause.message : String(cause),
      remedy: 'score the run again with raremask evaluate, or remove the file',
    },
    { cause },
  );
}

export function brokenDecision(path: string): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_DECISION_BROKEN',
    category: 'run',
    where: path,
    what: 'the file of what was searched on the validation split cannot be read',
    expected: 'the JSON that raremask has written',
    got: 'something else',
    remedy: 'delete it; raremask evaluate searches again',
  });
}
