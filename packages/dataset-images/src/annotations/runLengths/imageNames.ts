import { basename, extname, sep } from 'node:path';
import { addTo } from '../../lists.ts';
import { type Listed, withoutExtension } from '../../pairing/images.ts';
import { looseName } from '../../pairing/maskFiles.ts';
import { filled, namesIn } from '../../pairing/placeholders.ts';

/** An image by its path, and what the pattern makes of its id. */
interface Named {
  readonly image: string;
  readonly called: string;
}

/** From the strictest on: of images that one of them finds, others do not count. */
const FITS: readonly ((name: string, cell: string) => boolean)[] = [
  (name, cell) => name === cell,
  (name, cell) => name.endsWith(`/${cell}`),
  (name, cell) => looseName(`/${name}`).endsWith(looseName(`/${cell}`)),
];

/**
 * Finds the images that a name in a table stands for: it is what the pattern makes of an id, or the end of
 * the file's path, with or without the ending. The case of letters and the Unicode form do not count where
 * nothing fits to the letter.
 *
 * @param images the pattern of the images, whose placeholders ids are made of
 * @param pattern what names are made of
 * @returns paths; several where nobody can tell which of them is meant
 */
export function imageFinder(
  listed: readonly Listed[],
  images: string,
  pattern: string,
): (name: string) => readonly string[] {
  const placeholders = namesIn(images);
  const isPlain = pattern === '{id}';
  const byName = new Map<string, Named[]>();
  for (const { id, image } of listed) {
    const called = filled(pattern, placeholders, id);
    const key = keyOf(called);
    addTo(byName, key, { image, called });
    const ofFile = isPlain ? keyOf(withoutExtension(basename(image))) : key;
    if (ofFile !== key) addTo(byName, ofFile, { image, called });
  }
  const namesOf = ({ image, called }: Named) => {
    const path = image.split(sep).join('/');
    const ofFile = isPlain ? [path, withoutExtension(path)] : [];
    return [called, `${called}${extname(image)}`, ...ofFile];
  };
  return (name) => {
    const cell = name.replaceAll('\\', '/').replace(/^(\.?\/)+/, '');
    const keys = new Set([keyOf(cell), keyOf(withoutExtension(cell))]);
    const candidates = [...keys].flatMap((key) => byName.get(key) ?? []);
    for (const fits of FITS) {
      const found = candidates.filter((one) => namesOf(one).some((own) => fits(own, cell)));
      if (found.length > 0) return [...new Set(found.map(({ image }) => image))];
    }
    return [];
  };
}

/** The last part of a name, without the case of letters. */
function keyOf(name: string): string {
  return looseName(name.slice(name.lastIndexOf('/') + 1));
}
