import { dirname, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Where in a plugin's own files an error arose: `path:line:column`, the innermost frame. Undefined
 * where none of its frames lies in the folder of the plugin's module.
 */
export function stackPlace(error: unknown, url: string | undefined): string | undefined {
  if (!(error instanceof Error) || url === undefined) return undefined;
  const folder = dirname(fileURLToPath(url)) + sep;
  const text = `${error.message}\n${error.stack ?? ''}`.replaceAll('file://', '');
  for (const line of text.split('\n')) {
    const start = line.indexOf(folder);
    const place = start < 0 ? null : /^.+?:\d+:\d+(?=\)?\s*$)/.exec(line.slice(start));
    if (place !== null) return place[0];
  }
  return undefined;
}
