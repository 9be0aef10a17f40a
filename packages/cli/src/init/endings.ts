import { opendir } from 'node:fs/promises';
import { extname } from 'node:path';

/** Files that are looked at, and endings that are named, at most. */
const MOST = { files: 100_000, endings: 5 };

/** Endings of the files below a folder with how many have them, the most frequent first; hidden files do not count. */
export async function endingsIn(folder: string): Promise<string[]> {
  const counts = new Map<string, number>();
  let left = MOST.files;
  try {
    for await (const entry of await opendir(folder, { recursive: true })) {
      if (!entry.isFile() || entry.name.startsWith('.')) continue;
      const ending = extname(entry.name).toLowerCase() || 'no ending';
      counts.set(ending, (counts.get(ending) ?? 0) + 1);
      if (--left === 0) break;
    }
  } catch {
    // What cannot be listed is not counted.
  }
  return [...counts]
    .sort(([, one], [, other]) => other - one)
    .slice(0, MOST.endings)
    .map(([ending, count]) => `${count} ${ending}`);
}
