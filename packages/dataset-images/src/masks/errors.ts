import { RaremaskError } from '@raremask/core';

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
