import { RaremaskError } from '@raremask/core';

export function noManifest(): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_NO_MANIFEST',
    category: 'manifest',
    where: 'command line',
    what: 'no manifest is named, and there is no raremask.yaml in this folder',
    expected: 'a YAML file',
    remedy: 'name one, for example: raremask train path/to/raremask.yaml',
  });
}

export function cannotWriteSchema(path: string, cause: unknown): RaremaskError {
  const reason = (cause as NodeJS.ErrnoException).code ?? String(cause);
  return new RaremaskError(
    {
      code: 'RAREMASK_SCHEMA_WRITE',
      category: 'environment',
      where: path,
      what: `the schema cannot be written (${reason}), and what was there before is kept`,
      expected: 'a file in a folder that exists and can be written',
      remedy: 'choose another file with --out',
    },
    { cause },
  );
}
