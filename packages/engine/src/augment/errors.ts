import { RaremaskError } from '@raremask/core';

export function augmentNeedsPlane(name: string): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_AUGMENT_NEEDS_PLANE',
    category: 'manifest',
    where: `train.augment.${name}`,
    what: 'this change is for images of two dimensions',
    expected: 'flip, rotate, brightness, contrast, gamma, noise, blur or cutout for volumes',
    got: `${name}, and a data set of volumes`,
    remedy: 'take the line out, or read the volumes as slices',
  });
}

export function nothingToPaste(): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_AUGMENT_NOTHING_TO_PASTE',
    category: 'data',
    where: 'train.augment.paste',
    what: 'there is no structure to copy into empty images',
    expected: 'a training image with foreground',
    got: 'none',
    remedy: 'take the line out, or add images with foreground to the training split',
  });
}
