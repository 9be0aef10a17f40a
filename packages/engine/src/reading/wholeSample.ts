import type { Sample } from '@raremask/core';
import { unturned } from '../augment/orientation.ts';
import type { Scale } from '../intensities/scale.ts';
import { resizeImage } from '../resolution/resizeSample.ts';
import { filledSize } from '../resolution/seenSize.ts';
import { fillImage } from './fillWindow.ts';
import type { ReadingPlan, WholeSample } from './plan.ts';
import { cutOf, paddedSize, windowOf } from './window.ts';

/** An image as the network sees it whole: at its resolution, normalised, filled up to what the network takes. */
export async function wholeSample(
  sample: Sample,
  { facts, multipleOf, resolution }: Pick<ReadingPlan, 'facts' | 'multipleOf' | 'resolution'>,
  scaleOf: (image: Pick<Sample, 'id' | 'image'>) => Promise<Scale>,
): Promise<WholeSample> {
  const { id } = sample;
  const { size, image } = resizeImage(sample, resolution, facts);
  const padded = paddedSize(filledSize(size, resolution), multipleOf);
  const pixels = padded.reduce((product, extent) => product * extent, 1);
  const images = new Float32Array(pixels * facts.channels);
  const cut = cutOf(size, windowOf({ id }, size), unturned(facts.space));
  const scale = await scaleOf({ id, image });
  fillImage({ image, cut, size: padded, into: images, channels: facts.channels, scale });
  return { id, sample, images, seen: size, padded };
}
