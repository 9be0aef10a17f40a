import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Forecast, writeAtomically } from '@raremask/record';
import type { Work } from '../opening/openWork.ts';
import { fingerprintsOf } from '../survey/surveyCache.ts';

/** Changes with the meaning of the numbers. */
const VERSION = 1;

/**
 * Takes a forecast from the cache beside the manifest, or makes it and puts it there. Kept are those
 * of installed samplers on data sets with fingerprints: whether a file of the user's own still draws
 * what it drew, nobody can know.
 *
 * @param parts whatever else decides the numbers
 */
export async function keptForecast(
  work: Work,
  parts: readonly unknown[],
  make: () => Promise<Forecast>,
): Promise<Forecast> {
  const { sampler } = work.loaded.plugins;
  const fingerprints = await fingerprintsOf(work.dataset, work.splits.train);
  if (sampler.package === undefined || fingerprints === undefined) return await make();
  const key = createHash('sha256')
    .update(JSON.stringify([VERSION, work.identity, sampler.use, sampler.package.version, parts]))
    .update(JSON.stringify(sampler.rawOptions))
    .update(JSON.stringify(work.splits.train.map((id) => [id, fingerprints.get(id)])))
    .digest('hex')
    .slice(0, 24);
  const file = join(work.loaded.folder, '.raremask', `forecast-${key}.json`);
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text !== undefined) {
    try {
      return JSON.parse(text) as Forecast;
    } catch {
      // Cut off by another program; it is made anew and replaced.
    }
  }
  const made = await make();
  // A folder that cannot be written is the survey's to warn of.
  await writeAtomically(file, JSON.stringify(made)).catch(() => undefined);
  return made;
}
