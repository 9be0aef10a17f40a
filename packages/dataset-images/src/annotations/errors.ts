import { RaremaskError } from '@raremask/core';
import { some } from '../names.ts';

export function notCoco(file: string, reason: string, cause?: unknown): RaremaskError {
  return new RaremaskError(
    {
      code: 'RAREMASK_COCO_UNREADABLE',
      category: 'data',
      where: file,
      what: `this is no file of COCO annotations: ${reason}`,
      expected: 'JSON with the lists images, annotations and categories',
      remedy: 'mend data.with.coco.file, or export the annotations again',
    },
    { cause },
  );
}

export function brokenAnnotation(
  file: string,
  place: string,
  expected: string,
  got: unknown,
): RaremaskError {
  const text = typeof got === 'string' ? got : (JSON.stringify(got) ?? 'nothing');
  return new RaremaskError({
    code: 'RAREMASK_COCO_BROKEN',
    category: 'data',
    where: `${file}: ${place}`,
    what: 'this entry cannot be used',
    expected,
    got: text.length > 80 ? `${text.slice(0, 80)}...` : text,
    remedy: 'mend the entry, or take it out of the file',
  });
}

export function unknownAnnotatedImage(file: string, place: string, id: unknown): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_COCO_UNKNOWN_IMAGE',
    category: 'data',
    where: `${file}: ${place}.image_id`,
    what: 'no image in the file has this id',
    expected: 'the id of one of images',
    got: JSON.stringify(id),
    remedy: 'add the image to images, or take the annotation out',
  });
}

export function unlistedImageFile(file: string, place: string, name: string): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_COCO_NO_IMAGE_FILE',
    category: 'data',
    where: `${file}: ${place}`,
    what: 'none of the images found has this name',
    expected: 'a file that data.with.images matches',
    got: name,
    remedy: 'get the file, mend data.with.images, or take the entry and its annotations out',
  });
}

export function severalImageFiles(
  file: string,
  place: string,
  name: string,
  paths: readonly string[],
): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_COCO_AMBIGUOUS_IMAGE',
    category: 'data',
    where: `${file}: ${place}`,
    what: 'several of the images found have this name, and nobody can tell which of them it is',
    expected: 'the end of the path of one image',
    got: `${name}: ${some(paths)}`,
    remedy:
      'write the folder into file_name, or narrow data.with.images down to the images that are meant',
  });
}

export function unknownCategory(
  file: string,
  place: string,
  id: unknown,
  categories: readonly (readonly [unknown, string])[],
): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_COCO_UNKNOWN_CATEGORY',
    category: 'data',
    where: `${file}: ${place}.category_id`,
    what: 'no category in the file has this id',
    expected: `one of ${some(categories.map(([known, name]) => `${known} (${name})`))}`,
    got: JSON.stringify(id),
    remedy: 'add the category to categories, or mend the annotation',
  });
}

export function unmappedCategory(
  file: string,
  place: string,
  name: string,
  classes: readonly string[],
): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_COCO_UNMAPPED_CATEGORY',
    category: 'data',
    where: `${file}: ${place}.category_id`,
    what: `no class stands for the category ${name}`,
    expected: `a category of one of the classes ${some(classes)}`,
    got: name,
    remedy:
      'name the category in data.with.coco.categories, or set data.with.coco.others: background',
  });
}

/** @param place the file, and where in it the size is told */
export function annotatedSize(
  place: string,
  annotated: { readonly width: number; readonly height: number },
  image: { readonly file: string; readonly width: number; readonly height: number },
): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_COCO_SIZE',
    category: 'data',
    where: place,
    what: 'the image has another size than the annotations say',
    expected: `${image.width} x ${image.height} pixels (width x height), as ${image.file}`,
    got: `${annotated.width} x ${annotated.height}`,
    remedy:
      'annotate the image at its own size; where it is annotated as viewers show it (EXIF), set data.with.orientation: upright',
  });
}

export function unusableOutlines(
  file: string,
  unusable: readonly { readonly place: string; readonly reason: string }[],
  option: 'coco' | 'outlines',
): RaremaskError {
  const [first] = unusable as [(typeof unusable)[number]];
  return new RaremaskError({
    code: 'RAREMASK_OUTLINES_UNUSABLE',
    category: 'data',
    where: `${file}: ${first.place}`,
    what: `the annotation has no usable outline: ${first.reason}`,
    expected: 'polygons or runs that hold at least one pixel of the image',
    got: `${unusable.length} of this kind: ${some(unusable.map(({ place }) => place))}`,
    remedy: `mend the annotations, or set data.with.${option}.unusable to ignore (their boxes are not judged) or background`,
  });
}

export function brokenOutlines(
  file: string,
  place: string,
  expected: string,
  got: string,
  cause?: unknown,
): RaremaskError {
  return new RaremaskError(
    {
      code: 'RAREMASK_OUTLINES_BROKEN',
      category: 'data',
      where: place === '' ? file : `${file}: ${place}`,
      what: 'this is no outline that can be read',
      expected,
      got: got.length > 80 ? `${got.slice(0, 80)}...` : got,
      remedy: 'mend the file, or data.with.outlines.format',
    },
    { cause },
  );
}

export function unmappedLabel(
  file: string,
  place: string,
  label: string,
  known: readonly string[],
): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_OUTLINES_UNMAPPED_LABEL',
    category: 'data',
    where: `${file}: ${place}`,
    what: `no class stands for the label ${label}`,
    expected: `one of ${some(known)}`,
    got: label,
    remedy:
      'name the label in data.with.outlines.labels, or set data.with.outlines.others: background',
  });
}

/** A place in a table. */
export interface TablePlace {
  readonly file: string;
  readonly line: number;
  /** Left out where it is the row as a whole. */
  readonly column?: string;
}

function placeIn({ file, line, column }: TablePlace): string {
  return `${file}: line ${line}${column === undefined ? '' : `, column ${column}`}`;
}

export function brokenRow(place: TablePlace, expected: string, got: unknown): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_RUN_LENGTHS_BROKEN',
    category: 'data',
    where: placeIn(place),
    what: 'this row cannot be used',
    expected,
    got: String(got),
    remedy:
      'mend the row; where many are of this kind, data.with.runLengths: counting and first say what numbers mean, names what names hold',
  });
}

/** @param all so many names of the table have no image */
export function noImageOfRows(
  place: TablePlace,
  name: string,
  all: number,
  image: string,
): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_RUN_LENGTHS_NO_IMAGE_FILE',
    category: 'data',
    where: placeIn(place),
    what: 'none of the images found has this name',
    expected: `a file that data.with.images matches, such as ${image}`,
    got: `${name}, one of ${all} such names in the table`,
    remedy:
      'get the file, mend data.with.images or data.with.runLengths.names, or take the rows out',
  });
}

export function imagesWithoutRow(
  file: string,
  images: readonly string[],
  among: number,
): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_RUN_LENGTHS_NO_ROW',
    category: 'data',
    where: images[0]!,
    what: `${images.length} of ${among} images have no row in the table`,
    expected: `a row of ${file} that names it`,
    got: `no row for ${some(images)}`,
    remedy:
      'add the rows, name in data.with.images those alone that the table is of, or set data.with.missingMask: empty where an image without a row has no structure',
  });
}

export function unmappedRowLabel(
  place: TablePlace,
  label: string,
  classes: readonly string[],
): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_RUN_LENGTHS_UNMAPPED_LABEL',
    category: 'data',
    where: placeIn(place),
    what: `no class stands for the label ${label}`,
    expected: `a label of one of the classes ${classes.join(', ')}`,
    got: label,
    remedy:
      'name the label in data.with.runLengths.labels, or set data.with.runLengths.others: background',
  });
}

/** @param place the file, and where in it the runs are */
export function runsBeyondImage(
  place: string,
  pixels: number,
  image: { readonly file: string; readonly width: number; readonly height: number },
): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_RUN_LENGTHS_BEYOND_IMAGE',
    category: 'data',
    where: place,
    what: 'the runs lie beyond the image',
    expected: `at most ${image.width * image.height} pixels (${image.width} x ${image.height}, width x height), as ${image.file} has`,
    got: `runs that reach over ${pixels}`,
    remedy:
      'use the images at the size that the table was made for; or mend the row, or data.with.runLengths.first and counting',
  });
}

/** @param option what has to be said of the table by hand */
export function unclearTable(file: string, what: string, option: string): RaremaskError {
  const place = option === 'images' ? 'data.with.images' : `data.with.runLengths.${option}`;
  return new RaremaskError({
    code: 'RAREMASK_RUN_LENGTHS_UNCLEAR',
    category: 'data',
    where: file,
    what: `the table holds run lengths, but ${what}`,
    expected: 'one table, of which one column names images and at most one holds labels',
    remedy: `write the manifest by hand, with ${place}, or leave in the folder what is meant`,
  });
}
