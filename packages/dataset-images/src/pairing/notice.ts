import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * What a set says of itself: the text under `notice` in the dataset.json of its folder. Sets of
 * other origins have a dataset.json for purposes of their own; one without a notice says nothing.
 */
export async function noticeOf(root: string): Promise<string | undefined> {
  const text = await readFile(join(root, 'dataset.json'), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    const notice: unknown = JSON.parse(text)?.notice;
    return typeof notice === 'string' && notice !== '' ? notice : undefined;
  } catch {
    return undefined;
  }
}
