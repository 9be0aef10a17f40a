import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LoadedManifest } from '@raremask/core/manifest';
import { writeAtomically } from '@raremask/record';
import { settingsText, type VariantResult } from '@raremask/report';
import { checkVariant } from './plan.ts';

/**
 * Writes the manifest with the best settings beside the one that the sweep began with, where its paths hold,
 * with that one's division and seed.
 *
 * @returns its path; undefined where nothing varies, where the best has trials to come, or where a file of
 *   somebody else has the name, which is said
 */
export async function writeBest(
  name: string,
  loaded: LoadedManifest,
  [best, second]: readonly VariantResult[],
  warn: (text: string) => void,
): Promise<string | undefined> {
  if (best === undefined || second === undefined || best.finished < best.trials) return undefined;
  const path = join(loaded.folder, `${name}.best.yaml`);
  const mark = `# The best settings of raremask sweep ${name}: `;
  if (existsSync(path) && !(await readFile(path, 'utf8')).startsWith(mark)) {
    warn(`${path} is not of this sweep and is kept; the best: ${settingsText(best.settings)}`);
    return undefined;
  }
  const own = await checkVariant(loaded, best.settings, [`name=${JSON.stringify(`${name}-best`)}`]);
  await writeAtomically(path, `${mark}${settingsText(best.settings)}\n${own.toYaml()}`);
  return path;
}
