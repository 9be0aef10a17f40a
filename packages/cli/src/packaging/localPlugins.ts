import { copyFile, mkdir, readFile } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { LoadedManifest } from '@raremask/core/manifest';
import { localPluginOutside } from '../errors.ts';

/**
 * Copies the manifest's own plugin files, under the paths that it names.
 *
 * @returns files that import others of theirs, which are not copied
 * @throws RaremaskError where one lies outside the manifest's folder
 */
export async function copyLocalPlugins(
  { all, folder }: Pick<LoadedManifest, 'all' | 'folder'>,
  out: string,
): Promise<string[]> {
  const incomplete: string[] = [];
  for (const { use, url } of all) {
    if (!use.startsWith('.')) continue;
    const file = fileURLToPath(url);
    const path = relative(folder, file);
    if (path.startsWith(`..${sep}`)) throw localPluginOutside(use, file, folder);
    await mkdir(dirname(join(out, path)), { recursive: true });
    await copyFile(file, join(out, path));
    if (/from\s+['"]\.{1,2}\//.test(await readFile(file, 'utf8'))) incomplete.push(path);
  }
  return incomplete;
}
