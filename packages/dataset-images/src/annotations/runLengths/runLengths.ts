import { resolve } from 'node:path';
import type { RaremaskError } from '@raremask/core';
import type { Options } from '../../options/options.ts';
import type { Entry } from '../../pairing/listing.ts';
import type { Annotations } from '../annotations.ts';
import { brokenRow, imagesWithoutRow, noImageOfRows, unmappedRowLabel } from '../errors.ts';
import type { AnnotatedImage, Instance } from '../instance.ts';
import { classesByLabel } from '../labels.ts';
import { BrokenCell, isNothing, reachOf, runsOf } from './cell.ts';
import { imageFinder } from './imageNames.ts';
import { eachTableRow, type Row } from './table.ts';

type Given = Options & { readonly runLengths: NonNullable<Options['runLengths']> };

/** What a row says of an image. */
interface Said {
  readonly line: number;
  readonly label: string | undefined;
  readonly class: number;
  /** Undefined where nothing of the class is there. */
  readonly runs: Uint32Array | undefined;
}

/** What was read of an image. */
interface Rows {
  readonly said: Said[];
  problem?: RaremaskError;
}

/** A name in a row with its label, and the images that it stands for. */
interface Meant {
  readonly name: string;
  readonly label: string | undefined;
  readonly images: readonly string[];
}

/** Reads and checks a table of run lengths against the images that are there. */
export async function readRunLengths(
  options: Given,
  root: string,
  entries: readonly Entry[],
): Promise<Annotations> {
  const { runLengths: given } = options;
  const file = resolve(root, given.file);
  const classOf = classOfLabel(options);
  const meantBy = meaning(options, entries, (label) => classOf(label) !== undefined);
  const rows = new Map<string, Rows>();
  const absent = new Map<string, number>();
  await eachTableRow(file, given, (row) => {
    const place = { file, line: row.line };
    const [meant, ...others] = meantBy(row);
    if (meant === undefined) {
      const expected = `a name as ${given.names}`;
      throw brokenRow({ ...place, column: given.image }, expected, row.image);
    }
    const { name, label, images } = meant;
    const index = classOf(label);
    if (index === undefined && given.others === 'error') {
      const column = given.class ?? given.image;
      throw unmappedRowLabel({ ...place, column }, label!, Object.keys(options.classes));
    }
    if (images.length === 0 && !absent.has(name)) absent.set(name, row.line);
    const all = [meant, ...others].flatMap((one) => one.images);
    for (const image of all) {
      const own = rows.get(image) ?? { said: [] };
      rows.set(image, own);
      if (all.length > 1) {
        const got = `${row.image}, which may be ${all.join(' or ')}`;
        own.problem ??= brokenRow({ ...place, column: given.image }, 'the name of one image', got);
      } else if (index !== undefined) add(own, { ...row, label, class: index }, file, given);
    }
  });
  const byImage = new Map<string, AnnotatedImage>();
  for (const [image, own] of rows) byImage.set(image, annotated(own, file, given));
  return {
    byImage,
    fileOf: () => file,
    absent: new Map(
      [...absent].map(([name, line]) => [
        name,
        noImageOfRows({ file, line, column: given.image }, name, absent.size, entries[0]!.image),
      ]),
    ),
    missing: (images, among) =>
      imagesWithoutRow(
        file,
        images.map(({ image }) => image),
        among,
      ),
  };
}

/** The class of a label; that of every row where no column holds labels. */
function classOfLabel({ classes, overlapping, runLengths }: Given) {
  const { labels, names, class: column } = runLengths;
  const foreground = overlapping ? 0 : 1;
  if (column === undefined && !names.includes('{class}')) return () => foreground;
  const known = classesByLabel(Object.keys(classes), labels);
  return (label: string | undefined) => known.get(label!);
}

/**
 * What a row may mean: of a name with its label behind it, each place at which the two may part. Those
 * whose image is there come before others, and of them those whose label has a class; none where the name
 * does not hold what it has to.
 */
function meaning(
  { images, runLengths: { names } }: Given,
  entries: readonly Entry[],
  isKnown: (label: string) => boolean,
): (row: Row) => readonly Meant[] {
  const [pattern, separator] = names.endsWith('{class}')
    ? [names.replace(/[^{}]+\{class\}$/, ''), /([^{}]+)\{class\}$/.exec(names)![1]!]
    : [names, undefined];
  const find = imageFinder(entries, images, pattern);
  return ({ image, label }) => {
    if (separator === undefined) return [{ name: image, label, images: find(image) }];
    const parted: Meant[] = [];
    for (let at = image.lastIndexOf(separator); at > 0; at = image.lastIndexOf(separator, at - 1)) {
      const name = image.slice(0, at);
      parted.push({ name, label: image.slice(at + separator.length), images: find(name) });
    }
    const there = parted.filter((one) => one.images.length > 0);
    const known = there.filter((one) => isKnown(one.label!));
    return known.length > 0 ? known : there.length > 0 ? there : parted.slice(0, 1);
  };
}

/** Adds what a row says, or what is wrong with it. */
function add(
  own: Rows,
  { line, label, class: index, pixels }: Row & { readonly class: number },
  file: string,
  given: Given['runLengths'],
): void {
  const place = { file, line, column: given.pixels };
  try {
    const runs = isNothing(pixels) ? undefined : runsOf(pixels, given);
    for (const other of own.said) {
      if (other.label !== label) continue;
      const isSame = isAlike(other.runs, runs);
      // Several rows are several structures, but not beside one that says that there is none.
      if (!isSame && other.runs !== undefined && runs !== undefined) continue;
      const expected = isSame ? 'every row once' : 'either structures, or one row without runs';
      own.problem ??= brokenRow(place, expected, `line ${other.line} and line ${line}`);
    }
    own.said.push({ line, label, class: index, runs });
  } catch (error) {
    if (!(error instanceof BrokenCell)) throw error;
    own.problem ??= brokenRow(place, error.message, error.got);
  }
}

function isAlike(left: Uint32Array | undefined, right: Uint32Array | undefined): boolean {
  if (left === undefined || right === undefined) return left === right;
  return left.length === right.length && left.every((run, at) => run === right[at]);
}

function annotated(
  { said, problem }: Rows,
  file: string,
  { pixels: column, order }: Given['runLengths'],
): AnnotatedImage {
  const instances: Instance[] = [];
  let reach: AnnotatedImage['reach'];
  for (const { line, class: index, runs } of said) {
    if (runs === undefined) continue;
    const pixels = reachOf(runs);
    if (pixels > (reach?.pixels ?? 0)) {
      reach = { pixels, place: `${file}: line ${line}, column ${column}` };
    }
    const outline = { kind: 'runs', runs, order } as const;
    instances.push({ place: `line ${line}`, class: index, crowd: false, outline });
  }
  return {
    place: file,
    size: undefined,
    instances,
    ...(reach && { reach }),
    ...(problem && { problem }),
  };
}
