import { isGrey } from '../decoding/channels.ts';
import { decodeImage } from '../decoding/image.ts';
import { headsOf } from '../notes.ts';

/** What images are to be read as, and why; nothing where the first one says it for all. */
export async function channelsOf(
  files: readonly string[],
): Promise<{ readonly option: 'grey' | 'rgb'; readonly remark: string } | undefined> {
  const heads = await headsOf(files);
  const of = (channels: number) => files.filter((_, at) => heads[at]?.channels === channels);
  const [grey, colour] = [of(1), of(3)];
  if (grey.length === 0 || colour.length === 0) return undefined;
  const mixed = `${grey.length} of ${files.length} images are grey and ${colour.length} in colour (${
    grey.length < colour.length ? `grey: ${nameOf(grey[0]!)}` : `in colour: ${nameOf(colour[0]!)}`
  })`;
  const coloured = await firstColoured(colour);
  if (coloured === undefined) {
    return {
      option: 'grey',
      remark: `${mixed}, but all colours are grey: red, green and blue are the same in every pixel`,
    };
  }
  return {
    option: 'rgb',
    remark: `${mixed}, and not all colours are grey (${nameOf(coloured)}); assumed: grey ones count as three equal channels`,
  };
}

/** The first file whose colours are not all grey. */
async function firstColoured(files: readonly string[]): Promise<string | undefined> {
  for (const file of files) {
    const stored = await decodeImage(file, { inks: false, upright: false }).catch(() => undefined);
    if (stored !== undefined && !isGrey(stored)) return file;
  }
  return undefined;
}

function nameOf(file: string): string {
  return file.slice(Math.max(file.lastIndexOf('/'), file.lastIndexOf('\\')) + 1);
}
