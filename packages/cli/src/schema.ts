import { rename, writeFile } from 'node:fs/promises';
import { manifestJsonSchema } from '@raremask/core/manifest';
import { EXIT } from './failure.ts';

/** Prints the JSON Schema for manifests in this folder, or writes it to a file. */
export async function writeSchema(out: string | undefined): Promise<number> {
  const text = `${JSON.stringify(await manifestJsonSchema(process.cwd()), null, 2)}\n`;
  if (out === undefined) {
    process.stdout.write(text);
  } else {
    await writeFile(`${out}.partial`, text);
    await rename(`${out}.partial`, out);
  }
  return EXIT.ok;
}
