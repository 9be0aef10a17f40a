import { RaremaskError } from '@raremask/core';

export function noImages(): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_SAMPLER_NO_IMAGES',
    category: 'data',
    where: 'sampler',
    what: 'the training split has no image',
    remedy: 'look at data.split: what is left for training',
  });
}

export function noForeground(setting: string, images: number): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_SAMPLER_NO_FOREGROUND',
    category: 'data',
    where: 'sampler.with',
    what: `\`${setting}\` needs images with foreground, and the training split has none`,
    expected: 'at least 1 image with foreground',
    got: `0 of ${images} images`,
    remedy: 'check the masks and the class map of the data set with `raremask inspect`',
  });
}

export function noEmptyImages(setting: string, images: number): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_SAMPLER_NO_EMPTY_IMAGES',
    category: 'data',
    where: 'sampler.with',
    what: `\`${setting}\` needs images without foreground, and the training split has none`,
    expected: 'at least 1 image without foreground',
    got: `0 of ${images} images`,
    remedy: 'leave it out',
  });
}

export function oneClass(
  classBalance: string,
  classes: readonly { readonly name: string; readonly images: number }[],
): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_SAMPLER_ONE_CLASS',
    category: 'data',
    where: 'sampler.with.classBalance',
    what: `\`${classBalance}\` needs foreground classes to balance`,
    expected: 'images of at least 2 foreground classes in the training split',
    got: classes.map(({ name, images }) => `${name} in ${images} images`).join(', '),
    remedy: 'leave sampler.with.classBalance out',
  });
}

export function strangeState(): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_SAMPLER_STATE',
    category: 'run',
    where: 'sampler',
    what: 'the checkpoint holds the state of another sampler',
    expected: 'what @raremask/sampler with hardNegatives has saved',
    remedy: 'resume with the sampler that the run was begun with',
  });
}

export function leastAboveBatch(atLeast: number, batchSize: number): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_SAMPLER_LEAST_ABOVE_BATCH',
    category: 'manifest',
    where: 'sampler.with.atLeast',
    what: 'more images with foreground are asked for than a batch has images',
    expected: `at most ${batchSize} (train.batch)`,
    got: String(atLeast),
    remedy: 'lower sampler.with.atLeast, or raise train.batch',
  });
}

export function leastAboveImages(
  atLeast: number,
  foreground: number,
  images: number,
): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_SAMPLER_LEAST_ABOVE_IMAGES',
    category: 'data',
    where: 'sampler.with.atLeast',
    what: 'more images with foreground are asked for in a batch than the training split has',
    expected: `at most ${foreground}: ${foreground} of ${images} images have foreground`,
    got: String(atLeast),
    remedy: 'lower sampler.with.atLeast, or give the training split more images with foreground',
  });
}

export function shareBelowLeast(share: number, atLeast: number, batchSize: number): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_SAMPLER_SHARE_BELOW_LEAST',
    category: 'manifest',
    where: 'sampler.with.foreground',
    what: 'the share gives fewer images with foreground than atLeast, so it would have no effect',
    expected: `at least ${atLeast / batchSize} (${atLeast} of ${batchSize})`,
    got: `${share} (${share * batchSize} of ${batchSize})`,
    remedy: 'raise sampler.with.foreground, lower sampler.with.atLeast, or leave one of them out',
  });
}

export function windowRank(window: readonly number[], space: number): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_SAMPLER_WINDOW_RANK',
    category: 'manifest',
    where: 'sampler.with.window',
    what: `the window has ${window.length} extents, the images have ${space} axes`,
    expected: space === 2 ? '[height, width]' : '[depth, height, width]',
    got: `[${window.join(', ')}]`,
    remedy: 'give one extent for each axis',
  });
}

export function sizesDiffer(
  first: { readonly id: string; readonly size: readonly number[] },
  second: { readonly id: string; readonly size: readonly number[] },
): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_SAMPLER_SIZES_DIFFER',
    category: 'data',
    where: 'sampler.with',
    what: 'the training images differ in size, so whole images do not fit into one batch',
    expected: 'images of one size, or a window',
    got: `${first.id} is ${first.size.join(' x ')}, ${second.id} is ${second.size.join(' x ')}`,
    remedy: 'set sampler.with.window, data.resolution: { fit: [height, width] }, or train.batch: 1',
  });
}
