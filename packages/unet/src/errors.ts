import { RaremaskError } from '@raremask/core';

export function unfitSize(size: readonly number[], depth: number): RaremaskError {
  const multiple = 2 ** depth;
  const near = (round: (value: number) => number) =>
    size.map((extent) => Math.max(1, round(extent / multiple)) * multiple).join(' x ');
  const below = near(Math.floor);
  const above = near(Math.ceil);
  const fitting = below === above ? above : `${below} or ${above}`;
  return new RaremaskError({
    code: 'RAREMASK_UNET_SIZE',
    category: 'run',
    where: 'model (unet)',
    what: `the size of the images does not fit a U-Net of depth ${depth}, which halves every extent ${depth} times`,
    expected: `extents that are multiples of ${multiple}, for example ${fitting}`,
    got: size.join(' x '),
    remedy: `set sampler.with.window to a size that fits, or choose a smaller model.with.depth`,
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
