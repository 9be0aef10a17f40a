import { RaremaskError } from '@raremask/core';

export function lossyMask(file: string, format: string): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_IMAGES_LOSSY_MASK',
    category: 'data',
    where: file,
    what: `the mask is a ${format} file, which changes mask values`,
    expected: 'a PNG, TIFF, BMP or GIF mask',
    remedy:
      'export the masks without loss, or set data.with.threshold (128, say) where they are black and white',
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
      ? 'turn one of them by 90 degrees; where the image file says how it is turned (EXIF), set data.with.orientation: upright'
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
    remedy:
      'write the masks with one channel that holds the class, or give data.with.classes their colours, as in "#ff0000"',
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

/** @param present values of the mask, at most 11 */
export function unknownMaskValue(
  file: string,
  { x, y }: { readonly x: number; readonly y: number },
  value: string,
  valid: string,
  present: readonly string[],
): RaremaskError {
  const more = present.length > 10 ? ' and more' : '';
  const soft =
    present.length > 10 && !value.startsWith('#')
      ? ', or set data.with.threshold where the mask is grey or has soft edges'
      : '';
  return new RaremaskError({
    code: 'RAREMASK_IMAGES_UNKNOWN_VALUE',
    category: 'data',
    where: file,
    what: `the mask has a value that no class has, ${value} at pixel (x ${x}, y ${y})`,
    expected: valid,
    got: `a mask with the values ${present.slice(0, 10).join(', ')}${more}`,
    remedy: `name the value in data.with.classes or data.with.ignore, or mend the mask${soft}`,
  });
}

export function masksContradict(files: readonly string[], x: number, y: number): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_IMAGES_MASKS_CONTRADICT',
    category: 'data',
    where: files.at(-1)!,
    what: `the pixel (x ${x}, y ${y}) is of another class here than in another mask of the image`,
    expected: 'one class a pixel, as classes exclude each other',
    got: files.join(', '),
    remedy: 'mend the masks, or set data.with.overlapping: true with a file for each class',
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

export function whiteIsZeroMask(file: string): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_IMAGES_WHITE_IS_ZERO',
    category: 'data',
    where: file,
    what: 'the mask says that 0 is white, so its values can be taken as they are or the other way round',
    expected: 'a TIFF whose 0 is black (photometric interpretation 1)',
    got: 'photometric interpretation 0',
    remedy:
      'set data.with.whiteIsZero: stored where the values count as they are written, or inverted where brightness counts',
  });
}
