import { rename, rm, writeFile } from 'node:fs/promises';
import { manifestJsonSchema } from '@raremask/core/manifest';
import { cannotWriteSchema } from '../errors.ts';
import { EXIT } from '../failure.ts';

/** Prints the JSON Schema for manifests in this folder, or writes it to a file. */
export async function writeSchema(out: string | undefined): Promise<number> {
  const text = `${JSON.stringify(await manifestJsonSchema(process.cwd()), null, 2)}\n`;
  if (out === undefined) {
    process.stdout.write(text);
  } else {
    const partial = `${out}.partial`;
    try {
      await writeFile(partial, text);
      await rename(partial, out);
    } catch (error) {
      await rm(partial, { force: true }).catch(() => undefined);
      throw cannotWriteSchema(out, error);
    }
  }
  return EXIT.ok;
}
