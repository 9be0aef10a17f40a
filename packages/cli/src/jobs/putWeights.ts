import { relative, resolve } from 'node:path';
import { publishedWeights } from '@raremask/engine';
import type { Console } from '../console.ts';
import { EXIT } from '../failure.ts';

/** Writes published weights under the names of an encoder, and says where they come from. */
export async function putWeights(file: string, out: string, console: Console): Promise<number> {
  const result = await publishedWeights(file, resolve(out));
  if (console.json) console.result(result);
  const { encoder, source, sha256, arrays, kept, numbers, left, note } = result;
  console.text(`from ${source}`);
  console.text(`sha256 of ${file}: ${sha256}`);
  console.text(
    'whether you may use and pass on these weights is between you and who published them',
  );
  if (note !== undefined) console.text(note);
  console.text(
    `${encoder}: ${kept} of ${arrays} arrays, ${numbers.toLocaleString('en-US')} numbers${left.length > 0 ? `; left out: ${left.join(', ')}` : ''}`,
  );
  const path = relative(process.cwd(), result.out) || '.';
  console.text(
    `${path}: model: { use: "@raremask/unet", with: { encoder: ${encoder} }, weights: ${path} }`,
  );
  return EXIT.ok;
}
