import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Forecast, writeAtomically } from '@raremask/record';
import type { Work } from '../opening/openWork.ts';
import type { CountedSurvey } from '../survey/survey.ts';

/** Changes with the meaning of the numbers. */
const VERSION = 2;

/**
 * Takes a forecast from the cache beside the manifest, or makes it and puts it there. Kept are those
 * of installed samplers on data sets with fingerprints: whether a file of the user's own still draws
 * what it drew, nobody can know.
 *
 * @param parts whatever else decides the numbers
 */
export async function keptForecast(
  work: Work,
  survey: CountedSurvey,
  parts: readonly unknown[],
  make: () => Promise<Forecast>,
): Promise<Forecast> {
  const { sampler } = work.loaded.plugins;
  const stamps = Float64Array.from(survey.train, (id) => survey.stamp(id));
  if (sampler.package === undefined || stamps.includes(0)) return await make();
  const hash = createHash('sha256')
    .update(JSON.stringify([VERSION, work.identity, sampler.use, sampler.package.version, parts]))
    .update(JSON.stringify(sampler.rawOptions))
    .update(stamps);
  for (const id of survey.train) hash.update(`${id}\n`);
  const key = hash.digest('hex').slice(0, 24);
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
