import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeAtomically } from '@raremask/record';
import type { Work } from '../opening/openWork.ts';
import type { CountedSurvey } from '../survey/survey.ts';

interface Name {
  /** How its file begins, beside the manifest in `.raremask`. */
  readonly name: string;
  /** Whatever decides about it beside the training images; its first one changes with the meaning of what is kept. */
  readonly parts: readonly unknown[];
}

/**
 * Takes what was made of the training images from the cache beside the manifest, or makes it and puts it there. Nothing is
 * kept of data sets without fingerprints.
 *
 * @param make gives what JSON can hold
 */
export async function keptBeside<T>(
  { identity, loaded }: Work,
  survey: CountedSurvey,
  { name, parts }: Name,
  make: () => Promise<T>,
): Promise<T> {
  const stamps = Float64Array.from(survey.train, (id) => survey.stamp(id));
  if (stamps.includes(0)) return await make();
  const hash = createHash('sha256')
    .update(JSON.stringify([identity, ...parts]))
    .update(stamps);
  for (const id of survey.train) hash.update(`${id}\n`);
  const key = hash.digest('hex').slice(0, 24);
  const file = join(loaded.folder, '.raremask', `${name}-${key}.json`);
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text !== undefined) {
    try {
      return JSON.parse(text) as T;
    } catch {
      // Cut off by another program; it is made anew and replaced.
    }
  }
  const made = await make();
  // A folder that cannot be written is the survey's to warn of.
  await writeAtomically(file, JSON.stringify(made)).catch(() => undefined);
  return made;
}
