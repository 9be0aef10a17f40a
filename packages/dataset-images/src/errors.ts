import { RaremaskError } from '@raremask/core';

/** At most so many names in one message. */
const NAMED = 5;

function some(names: readonly string[]): string {
  const rest = names.length - NAMED;
  return names.slice(0, NAMED).join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}

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
    expected: 'at least one PNG, JPEG or TIFF file',
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

export function missingMasks(
  missing: readonly { readonly image: string; readonly mask: string }[],
  images: number,
): RaremaskError {
  const [first] = missing as [(typeof missing)[number]];
  return new RaremaskError({
    code: 'RAREMASK_IMAGES_NO_MASK',
    category: 'data',
    where: first.image,
    what: `${missing.length} of ${images} images have no mask`,
    expected: first.mask,
    got: `no such file; images without a mask: ${some(missing.map(({ image }) => image))}`,
    remedy:
      'mend data.with.masks, or set data.with.missingMask: empty where a missing mask means that nothing is there',
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

export function unknownId(id: string, count: number): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_IMAGES_UNKNOWN_ID',
    category: 'data',
    where: id,
    what: 'no image has this id',
    expected: `one of the ${count} ids of the data set`,
  });
}

export function cannotRead(file: string, cause: unknown): RaremaskError {
  const reason = (cause as NodeJS.ErrnoException).code;
  const what: Record<string, string> = {
    ENOENT: 'the file is gone',
    EACCES: 'no permission to read the file',
    EISDIR: 'this is a folder, not a file',
  };
  return new RaremaskError(
    {
      code: 'RAREMASK_IMAGES_CANNOT_READ',
      category: 'data',
      where: file,
      what: what[reason ?? ''] ?? `reading failed (${reason ?? String(cause)})`,
      remedy: 'put the file back, or let this user read it',
    },
    { cause },
  );
}

export function damagedFile(file: string, reason: string, cause?: unknown): RaremaskError {
  return new RaremaskError(
    {
      code: 'RAREMASK_IMAGES_DAMAGED',
      category: 'data',
      where: file,
      what: `the file is cut off or damaged: ${reason}`,
      expected: 'a complete PNG, JPEG or TIFF file',
      remedy: 'get the file again, or take it out of the data set',
    },
    { cause },
  );
}

export function unsupportedFile(file: string, got: string, remedy: string): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_IMAGES_UNSUPPORTED',
    category: 'data',
    where: file,
    what: 'this kind of file cannot be read',
    expected: 'PNG (1 to 16 bit), JPEG, or TIFF (8 or 16 bit, or 32-bit float), one picture a file',
    got,
    remedy,
  });
}

export function notFiniteImage(file: string, x: number, y: number, value: number): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_IMAGES_NOT_FINITE',
    category: 'data',
    where: file,
    what: `the image has no finite number at pixel (x ${x}, y ${y})`,
    expected: 'finite intensities',
    got: `${value}`,
    remedy: 'replace such pixels in the file',
  });
}

export function mixedChannels(file: string, first: string, expected: 1 | 3): RaremaskError {
  const [wanted, found] = expected === 1 ? ['grey', 'colour'] : ['colour', 'grey'];
  return new RaremaskError({
    code: 'RAREMASK_IMAGES_MIXED_CHANNELS',
    category: 'data',
    where: file,
    what: 'the set mixes grey and colour images',
    expected: `${wanted}, as ${first} is`,
    got: found,
    remedy: 'set data.with.channels to grey or to rgb',
  });
}

export function lossyMask(file: string, format: string): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_IMAGES_LOSSY_MASK',
    category: 'data',
    where: file,
    what: `the mask is a ${format} file, which changes mask values`,
    expected: 'a PNG or TIFF mask',
    remedy: 'export the masks without loss',
  });
}

export function sizeMismatch(
  image: { readonly file: string; readonly width: number; readonly height: number },
  mask: { readonly file: string; readonly width: number; readonly height: number },
): RaremaskError {
  const turned = image.width === mask.height && image.height === mask.width;
  return new RaremaskError({
    code: 'RAREMASK_IMAGES_SIZE_MISMATCH',
    category: 'data',
    where: mask.file,
    what: 'the mask has another size than its image',
    expected: `${image.width} x ${image.height} pixels (width x height), as ${image.file}`,
    got: `${mask.width} x ${mask.height}`,
    remedy: turned
      ? 'turn one of them by 90 degrees (an orientation written in the image file is not applied)'
      : 'export the mask at the size of its image',
  });
}

export function colouredMask(
  file: string,
  x: number,
  y: number,
  values: readonly number[],
): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_IMAGES_COLOURED_MASK',
    category: 'data',
    where: file,
    what: `the mask is in colour at pixel (x ${x}, y ${y})`,
    expected: 'one value a pixel, or channels that are equal',
    got: `[${values.join(', ')}]`,
    remedy: 'write the masks with one channel that holds the class',
  });
}

export function transparentMask(
  file: string,
  x: number,
  y: number,
  first: number,
  value: number,
): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_IMAGES_TRANSPARENT_MASK',
    category: 'data',
    where: file,
    what: `the mask's alpha channel changes at pixel (x ${x}, y ${y}): part of the mask is transparent`,
    expected: `alpha ${first} everywhere, as at the first pixel`,
    got: `alpha ${value}`,
    remedy: 'write the masks with one channel that holds the class, without alpha',
  });
}

export function unknownMaskValue(
  file: string,
  pixel: { readonly x: number; readonly y: number; readonly value: number },
  valid: string,
  present: readonly number[],
): RaremaskError {
  const more = present.length > 10 ? ' and more' : '';
  return new RaremaskError({
    code: 'RAREMASK_IMAGES_UNKNOWN_VALUE',
    category: 'data',
    where: file,
    what: `the mask has a value that no class has, ${pixel.value} at pixel (x ${pixel.x}, y ${pixel.y})`,
    expected: valid,
    got: `a mask with the values ${present.slice(0, 10).join(', ')}${more}`,
    remedy: 'name the value in data.with.classes or data.with.ignore, or mend the mask',
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

export function groupColumnMissing(
  file: string,
  column: string,
  columns: readonly string[],
): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_IMAGES_NO_COLUMN',
    category: 'data',
    where: file,
    what: `there is no column ${column}`,
    expected: `one of the columns ${columns.join(', ')}`,
    remedy: 'mend data.with.group; the first line of the file names the columns',
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

export function maskChannels(
  file: string,
  expected: readonly string[],
  got: number,
): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_IMAGES_MASK_CHANNELS',
    category: 'data',
    where: file,
    what: 'the mask has another number of channels than there are classes',
    expected: `${expected.length} channels: ${expected.join(', ')}`,
    got: `${got}`,
    remedy: 'write a channel for each class, in the order of data.with.classes',
  });
}

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

export function annotatedSize(
  file: string,
  annotated: { readonly place: string; readonly width: number; readonly height: number },
  image: { readonly file: string; readonly width: number; readonly height: number },
): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_COCO_SIZE',
    category: 'data',
    where: `${file}: ${annotated.place}`,
    what: 'the image has another size than the annotations say',
    expected: `${image.width} x ${image.height} pixels (width x height), as ${image.file}`,
    got: `${annotated.width} x ${annotated.height}`,
    remedy:
      'annotate the image at its own size (an orientation written in the file is not applied)',
  });
}
