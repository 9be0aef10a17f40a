import { stat } from 'node:fs/promises';
import { filesIn } from '../formats/dicomFolder.ts';
import { cannotRead } from '../formats/errors.ts';

/** Size and time of modification; of a folder, those of its files. */
export async function stampOf(path: string): Promise<string> {
  const found = await stat(path).catch((error: unknown) => {
    throw cannotRead(path, error);
  });
  if (!found.isDirectory()) return `${found.size}-${found.mtimeMs}`;
  const files = await Promise.all((await filesIn(path)).map((file) => stat(file)));
  const size = files.reduce((sum, file) => sum + file.size, 0);
  const latest = files.reduce((most, { mtimeMs }) => Math.max(most, mtimeMs), found.mtimeMs);
  return `${files.length}-${size}-${latest}`;
}
