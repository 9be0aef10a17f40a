import type { Forecast } from '@raremask/record';
import type { Work } from '../opening/openWork.ts';
import type { CountedSurvey } from '../survey/survey.ts';
import { keptBeside } from './kept.ts';

/** Changes with the meaning of the numbers. */
const VERSION = 3;

/**
 * Takes a forecast from the cache, or makes it and puts it there. Kept are those of installed samplers: whether a file of the
 * user's own still draws what it drew, nobody can know.
 *
 * @param parts whatever else decides the numbers
 */
export async function keptForecast(
  work: Work,
  survey: CountedSurvey,
  parts: readonly unknown[],
  make: () => Promise<Forecast>,
): Promise<Forecast> {
  const { use, package: installed, rawOptions } = work.loaded.plugins.sampler;
  if (installed === undefined) return await make();
  const all = [VERSION, use, installed.version, rawOptions, parts];
  return await keptBeside(work, survey, { name: 'forecast', parts: all }, make);
}
