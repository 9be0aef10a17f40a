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
