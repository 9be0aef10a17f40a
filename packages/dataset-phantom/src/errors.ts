/** An error that a user can mend; `code` is stable and listed in docs/errors.md. */
export interface PhantomError extends Error {
  readonly code: `RAREMASK_${string}`;
  readonly category: 'manifest' | 'data';
}

function phantomError(
  code: PhantomError['code'],
  category: PhantomError['category'],
  message: string,
  cause?: unknown,
): PhantomError {
  const error = cause === undefined ? new Error(message) : new Error(message, { cause });
  return Object.assign(error, { name: 'RaremaskError', code, category });
}

export function isPhantomError(value: unknown): value is PhantomError {
  return value instanceof Error && value.name === 'RaremaskError' && 'code' in value;
}

export function wrongOption(name: string, expected: string, got: unknown): PhantomError {
  return phantomError(
    'RAREMASK_PHANTOM_OPTION',
    'manifest',
    `option ${name}: the value is out of range. Expected: ${expected}. Got: ${String(got)}. Do this: choose a value in the range, or leave the option out.`,
  );
}

export function wrongArguments(reason: string): PhantomError {
  return phantomError(
    'RAREMASK_PHANTOM_ARGUMENT',
    'manifest',
    `raremask-phantom: ${reason}. Do this: see raremask-phantom --help.`,
  );
}

export function currentFolder(out: string): PhantomError {
  return phantomError(
    'RAREMASK_PHANTOM_CURRENT_FOLDER',
    'data',
    `${out}: the set cannot take the place of the current folder. Expected: a folder inside it or elsewhere. Got: the current folder. Do this: name a folder that does not exist yet, for example ./data.`,
  );
}

export function foreignFolder(out: string, entry: string): PhantomError {
  return phantomError(
    'RAREMASK_PHANTOM_FOREIGN_FOLDER',
    'data',
    `${out}: the folder holds something that this generator did not make. Expected: no folder, an empty one, or an unaltered generated set. Got: ${entry}. Do this: choose another folder, or move ${entry} away.`,
  );
}

export function notWritable(out: string, cause: unknown): PhantomError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return phantomError(
    'RAREMASK_PHANTOM_NOT_WRITABLE',
    'data',
    `${out}: the set could not be written, and nothing of it was left behind. Expected: a folder that can be written, with enough space. Got: ${reason}. Do this: choose another folder, or change its permissions.`,
    cause,
  );
}
