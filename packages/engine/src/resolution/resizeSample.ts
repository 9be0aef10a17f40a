import type { Facts, Sample } from '@raremask/core';
import { anyForeground } from '@raremask/metrics';
import { resample } from './resample.ts';
import { resizeLabels } from './resizeLabels.ts';
import { type Resolution, type SizedImage, sameSize, seenSize } from './seenSize.ts';

/** The image alone, as the network sees it. */
export function resizeImage(
  sample: SizedImage & Pick<Sample, 'image'>,
  resolution: Resolution,
  facts: Pick<Facts, 'channels' | 'spacing'>,
): Pick<Sample, 'size' | 'image'> {
  const { size, image } = sample;
  const seen = seenSize(sample, resolution, facts);
  if (sameSize(seen, size)) return { size, image };
  return { size: seen, image: resample(image, size, seen, facts.channels) };
}

/** A sample as the network sees it: the image is anti-aliased, each label covers most of its pixel. */
export function resizeSample(sample: Sample, resolution: Resolution, facts: Facts): Sample {
  const { size, labels, weight } = sample;
  const seen = seenSize(sample, resolution, facts);
  if (sameSize(seen, size)) return sample;
  const resized = labels && resizeLabels(labels, size, seen, facts);
  const emptied =
    sample.emptied === true ||
    (resized !== undefined && anyForeground(labels!, facts) && !anyForeground(resized, facts));
  return {
    id: sample.id,
    ...resizeImage(sample, resolution, facts),
    ...(resized && { labels: resized }),
    ...(weight && { weight: resample(weight, size, seen, 1) }),
    ...(emptied && { emptied }),
  };
}
