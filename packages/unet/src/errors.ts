import { RaremaskError } from '@raremask/core';

export function unfitSize(size: readonly number[], multipleOf: readonly number[]): RaremaskError {
  const near = (round: (value: number) => number) =>
    size
      .map((extent, axis) => Math.max(1, round(extent / multipleOf[axis]!)) * multipleOf[axis]!)
      .join(' x ');
  const below = near(Math.floor);
  const above = near(Math.ceil);
  const fitting = below === above ? above : `${below} or ${above}`;
  const alike = new Set(multipleOf).size === 1;
  return new RaremaskError({
    code: 'RAREMASK_UNET_SIZE',
    category: 'run',
    where: 'model (unet)',
    what: 'the size of the images does not fit the poolings of this U-Net',
    expected: `extents that are multiples of ${alike ? multipleOf[0] : multipleOf.join(' x ')}, for example ${fitting}`,
    got: size.join(' x '),
    remedy: `set sampler.with.window to a size that fits, or choose a smaller model.with.depth`,
  });
}

/** @param option that lists factors, for example `pooling[1]` */
export function wrongAxes(option: string, got: readonly number[], space: number): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_UNET_POOLING_AXES',
    category: 'manifest',
    where: `model.with.${option}`,
    what: 'the list has another number of axes than the images',
    expected: `${space} factors, ${space === 2 ? '[height, width]' : '[depth, height, width]'}`,
    got: `[${got.join(', ')}]`,
    remedy: 'write a factor for each axis',
  });
}

export function onlyImages(encoder: string): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_UNET_ENCODER_SPACE',
    category: 'manifest',
    where: 'model.with.encoder',
    what: `the encoder ${encoder} is made for images, and the data set has volumes`,
    expected: 'a data set of images (2-D), or encoder: own',
    got: 'volumes (3-D)',
    remedy: 'leave encoder out, or let the data set give slices instead of volumes',
  });
}

export function noSpacing(): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_UNET_NO_SPACING',
    category: 'manifest',
    where: 'model.with.pooling',
    what: 'the data set does not say how long a pixel is along each axis',
    expected: 'a data set that states its spacing, as volumes do',
    got: 'none',
    remedy: 'write the factors of each level, or pooling: all',
  });
}

export function tooFewValues(layer: string, norm: string, shape: readonly number[]): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_UNET_ONE_VALUE',
    category: 'run',
    where: `model (unet), ${layer}`,
    what: `${norm} normalisation has a single value to normalise, which makes every value 0`,
    expected: 'at least 2 values that share a mean',
    got: `values of shape [${shape.join(', ')}]`,
    remedy: 'train on larger images or windows, choose a smaller model.with.depth, or another norm',
  });
}
