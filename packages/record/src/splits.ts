import { writeJson } from './atomicFile.ts';
import { damagedFile } from './errors.ts';
import { readJson } from './recordedFile.ts';

/** The samples of each split, by id. */
export type RecordedSplits = Readonly<Record<'train' | 'validation' | 'test', readonly string[]>>;

/** splits.json: how the samples were divided when the run was trained. */
interface SplitsFile extends RecordedSplits {
  readonly format: 1;
}

const REMEDY =
  'bring it back from a copy; without it images that the run was trained on may be scored as if it had not seen them, unless lists of the manifest divide them';

/**
 * Undefined of a folder without the file, as runs of earlier versions are.
 *
 * @throws RaremaskError where the file is damaged
 */
export async function readSplits(path: string): Promise<RecordedSplits | undefined> {
  const file = await readJson<Partial<SplitsFile> | null>(path, REMEDY);
  if (file === undefined) return undefined;
  const { train, validation, test } = file ?? {};
  if (!isList(train) || !isList(validation) || !isList(test)) {
    throw damagedFile(path, new Error('it has no lists of train, validation and test'), REMEDY);
  }
  return { train, validation, test };
}

function isList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((id) => typeof id === 'string');
}

export async function writeSplits(path: string, splits: RecordedSplits): Promise<void> {
  const { train, validation, test } = splits;
  const file: SplitsFile = { format: 1, train, validation, test };
  await writeJson(path, file);
}
