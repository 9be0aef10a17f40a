import { RaremaskError } from '@raremask/core';

export function unitUnknown(minimum: number, maximum: number): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_NORMALIZE_UNIT',
    category: 'data',
    where: 'data.normalize',
    what: 'unit has no largest value to divide these intensities by',
    expected: 'training intensities from 0 to 65535',
    got: `${minimum} to ${maximum}`,
    remedy: 'set data.normalize to set or image',
  });
}

export function windowChannels(name: string, got: number, channels: number): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_NORMALIZE_CHANNELS',
    category: 'manifest',
    where: `data.normalize.${name}`,
    what: 'the list does not have a number for each channel of the images',
    expected: `${channels} ${channels === 1 ? 'number' : 'numbers'}`,
    got: `${got}`,
    remedy: 'write one number for all channels, or one for each',
  });
}

export function noForegroundIntensities(): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_NORMALIZE_NO_FOREGROUND',
    category: 'data',
    where: 'data.normalize.of',
    what: 'percentiles of the foreground are asked for, and the training split has none',
    expected: 'training images with foreground',
    remedy: 'set data.normalize.of to all, or look at the masks with raremask inspect',
  });
}

export function noVolume(id: string): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_NORMALIZE_NO_VOLUME',
    category: 'data',
    where: id,
    what: 'normalize of a volume is asked for, and nothing tells which images are of one volume with it',
    expected: 'images in groups, each a volume',
    remedy: 'tell the volume of each image by data.with.group, or set data.normalize.of to image',
  });
}
