import { RaremaskError } from '@raremask/core';
import { FORMATS } from '../decoding/formats.ts';
import { some } from '../names.ts';

export function noFolder(folder: string): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_IMAGES_NO_FOLDER',
    category: 'data',
    where: folder,
    what: 'the folder does not exist',
    expected: 'a folder with images',
    remedy: "mend data.with.root; relative paths start from the manifest's folder",
  });
}

/** The images to predict are not where the command line says. */
export function noSuchPath(path: string): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_IMAGES_NO_SUCH_PATH',
    category: 'data',
    where: path,
    what: 'there is neither a folder nor a file of this name',
    expected: 'a folder with images, or one image',
    remedy: 'mend the path; a relative one starts from the working folder',
  });
}

export function noImages(folder: string, pattern: string, found: readonly string[]): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_IMAGES_NONE',
    category: 'data',
    where: folder,
    what: `no image matches ${pattern}`,
    expected: `at least one ${FORMATS} file`,
    got: found.length === 0 ? 'an empty folder' : `other files: ${some(found)}`,
    remedy: 'mend the pattern in data.with.images, or the path',
  });
}

export function duplicateIds(
  pairs: readonly { readonly id: string; readonly files: readonly [string, string] }[],
): RaremaskError {
  const [{ id, files }] = pairs as [(typeof pairs)[number]];
  return new RaremaskError({
    code: 'RAREMASK_IMAGES_DUPLICATE_ID',
    category: 'data',
    where: files[1],
    what: `two images have the id ${id}; the other one is ${files[0]}`,
    expected: 'one image for each id',
    got: `${pairs.length} repeated ids: ${some(pairs.map((pair) => pair.id))}`,
    remedy: 'rename or remove one of them, or narrow data.with.images (for example to *.png)',
  });
}

export function maskIsImage(file: string): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_IMAGES_MASK_IS_IMAGE',
    category: 'data',
    where: file,
    what: 'the image is named as its own mask',
    expected: 'a mask file beside each image',
    remedy: 'mend data.with.masks or data.with.images',
  });
}

/** @param spare masks that belong to no image: then names do not match, and nothing says that images are empty */
export function missingMasks(
  missing: readonly { readonly image: string; readonly mask: string }[],
  images: number,
  spare: readonly string[] = [],
): RaremaskError {
  const [first] = missing as [(typeof missing)[number]];
  const without = some(missing.map(({ image }) => image));
  const unmatched =
    spare.length === 0 ? '' : `; ${spare.length} masks belong to no image: ${some(spare)}`;
  return new RaremaskError({
    code: 'RAREMASK_IMAGES_NO_MASK',
    category: 'data',
    where: first.image,
    what: `${missing.length} of ${images} images have no mask`,
    expected: first.mask,
    got: `no such file; images without a mask: ${without}${unmatched}`,
    remedy:
      spare.length === 0
        ? 'mend data.with.masks, or set data.with.missingMask: empty where a missing mask means that nothing is there'
        : 'mend data.with.masks, or the names of the files, until every mask has its image',
  });
}

export function maskAmongImages(
  found: readonly { readonly mask: string; readonly image: string }[],
  pattern: string,
): RaremaskError {
  const [first] = found as [(typeof found)[number]];
  const several = pattern.replace(/(\.[^./]*)?$/, '*$1');
  return new RaremaskError({
    code: 'RAREMASK_IMAGES_MASK_AMONG_IMAGES',
    category: 'data',
    where: first.mask,
    what: `the file is called as another mask of ${first.image}, and would be an image without a mask`,
    expected: 'every mask file beside the image that it belongs to',
    got: `${found.length} such files: ${some(found.map(({ mask }) => mask))}`,
    remedy: `set data.with.masks: "${several}", which puts all masks of an image together, or name the images more narrowly in data.with.images`,
  });
}

export function severalMasks(image: string, masks: readonly string[]): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_IMAGES_SEVERAL_MASKS',
    category: 'data',
    where: image,
    what: 'the image has more than one mask',
    expected: 'one file that data.with.masks names',
    got: masks.join(', '),
    remedy: 'remove those that do not count, or name one ending in data.with.masks',
  });
}

/** Where masks do not hold all that images hold in braces. */
export function sharedMask(mask: string, ids: readonly string[]): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_IMAGES_SHARED_MASK',
    category: 'data',
    where: mask,
    what: `${ids.length} images have this one mask`,
    expected: 'a mask for each image',
    got: some(ids),
    remedy: 'name in data.with.masks what tells these images apart in data.with.images',
  });
}

export function unknownId(id: string, count: number): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_IMAGES_UNKNOWN_ID',
    category: 'data',
    where: id,
    what: 'no image has this id',
    expected: `one of the ${count} ids of the data set`,
  });
}

export function noGroup(id: string, pattern: string): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_IMAGES_NO_GROUP',
    category: 'data',
    where: id,
    what: 'data.with.group does not match this id',
    expected: `an id that matches ${pattern}`,
    got: id,
    remedy: 'mend the regular expression in data.with.group',
  });
}

/** @param option what names the column */
export function columnMissing(
  file: string,
  column: string,
  columns: readonly string[],
  option: string,
): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_IMAGES_NO_COLUMN',
    category: 'data',
    where: file,
    what: `there is no column ${column}`,
    expected: `one of the columns ${columns.join(', ')}`,
    remedy: `mend data.with.${option}; the first line of the file names the columns`,
  });
}

export function groupRowMissing(file: string, ids: readonly string[]): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_IMAGES_NO_GROUP_ROW',
    category: 'data',
    where: file,
    what: `${ids.length} images have no line, or no group in their line`,
    expected: 'a group for every image',
    got: `nothing for ${some(ids)}`,
    remedy: 'add the lines, or mend data.with.group.id',
  });
}
