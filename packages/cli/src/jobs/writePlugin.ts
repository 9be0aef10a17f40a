import { relative } from 'node:path';
import { scaffold } from 'create-raremask-plugin';
import type { Console } from '../console.ts';
import { EXIT } from '../failure.ts';

/** Writes the package of a new plugin, and says what to do in it. */
export async function writePlugin(
  kind: string,
  name: string,
  out: string | undefined,
  console: Console,
): Promise<number> {
  const made = await scaffold(kind, name, out);
  if (console.json) {
    console.result(made);
    return EXIT.ok;
  }
  const shown = relative(process.cwd(), made.folder) || '.';
  console.text(`${made.files.length} files in ${shown}:\n  ${made.files.join('\n  ')}`);
  console.note('info', `next: cd ${shown}, then npm install, then npm test`);
  return EXIT.ok;
}
