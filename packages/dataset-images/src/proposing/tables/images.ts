import { dirname, join, relative, sep } from 'node:path';
import { unclearTable } from '../../annotations/errors.ts';
import { some } from '../../names.ts';
import type { Annotated } from '../annotated.ts';
import { endingOf, stemOf } from '../pairs.ts';
import type { Folder } from '../tree.ts';
import type { NamedRow } from './columns.ts';

/** Choices of a placeholder that are written out, at most. */
const MOST_CHOICES = 20;

/** The images of a table, and the pattern that they fit. */
export interface Images extends Pick<Annotated, 'ids' | 'imageFiles'> {
  readonly images: string;
}

/** The images that the table is of: those of one folder, or of several that differ in one name. */
export function imagesOf(
  folder: string,
  folders: readonly Folder[],
  rows: readonly NamedRow[],
  file: string,
): Images {
  const wanted = new Set(foldersNamed(folder, rows));
  const own = folders.filter(({ parts }) => wanted.has(parts.join('/')));
  const pattern = patternOf(own, folders);
  if (pattern === undefined)
    throw unclearTable(file, `it names images in ${some([...wanted])}`, 'images');
  const { parts, place } = pattern;
  const isIn = (image: string) => wanted.has(parentOf(folder, image));
  const twice = rows.find(({ images }) => images.filter(isIn).length > 1);
  if (twice !== undefined) {
    throw unclearTable(file, `${twice.name} may be ${twice.images.join(' or ')}`, 'images');
  }
  const files = own.flatMap((one) => one.files.map((name) => ({ one, name })));
  const ending = endingOf(files.map(({ name }) => name));
  return {
    images: [...parts, `${place === undefined ? '*' : '{id}'}.${ending}`].join('/'),
    ids: files.map(({ one, name }) => {
      const within = place === undefined ? '' : `${one.parts[place]}/`;
      return within + stemOf(name);
    }),
    imageFiles: files.map(({ one, name }) => join(folder, ...one.parts, name)),
  };
}

/** The folder that an image lies in, relative to the one that is looked at. */
function parentOf(folder: string, image: string): string {
  return relative(folder, dirname(image)).split(sep).join('/');
}

/** Folders that hold the images of all rows, each by itself; else those that hold any. */
function foldersNamed(folder: string, rows: readonly NamedRow[]): readonly string[] {
  const namesIn = new Map<string, Set<string>>();
  const found = new Set<string>();
  for (const { name, images } of rows) {
    for (const image of images) {
      const parent = parentOf(folder, image);
      namesIn.set(parent, (namesIn.get(parent) ?? new Set()).add(name));
      found.add(name);
    }
  }
  const whole = [...namesIn.keys()].filter((parent) => namesIn.get(parent)!.size === found.size);
  return whole.length > 0 ? whole : [...namesIn.keys()];
}

/** Parts of a path that fits these folders, and no others; `place` is where they differ. */
function patternOf(
  own: readonly Folder[],
  folders: readonly Folder[],
): { readonly parts: readonly string[]; readonly place: number | undefined } | undefined {
  const [{ parts: first }] = own as [Folder];
  const differsAt = (one: Folder) =>
    first.flatMap((part, at) => (one.parts[at] === part ? [] : [at]));
  const [place, ...others] = [...new Set(own.flatMap(differsAt))];
  const isAlike = (one: Folder) =>
    one.parts.length === first.length && differsAt(one).every((at) => at === place);
  if (others.length > 0 || !own.every(isAlike)) return undefined;
  if (place === undefined) return { parts: first, place };
  const choices = own.map(({ parts }) => parts[place]!);
  const isAll = folders.filter(isAlike).length === own.length;
  if (!isAll && (choices.length > MOST_CHOICES || choices.some((one) => /[,{}:]/.test(one)))) {
    return undefined;
  }
  const written = isAll ? '{folder}' : `{folder:${choices.join(',')}}`;
  return { parts: first.with(place, written), place };
}
