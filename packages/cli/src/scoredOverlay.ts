import type { Facts, TrackedImage } from '@raremask/core';
import { dice, type ImageScore } from '@raremask/metrics';
import type { OverlayImage } from '@raremask/report';

/** An image as it was predicted; without its truth where there is none. */
type Predicted = Omit<TrackedImage, 'epoch' | 'truth'> & Partial<Pick<TrackedImage, 'truth'>>;

/** What is drawn of an image that was scored. */
export function scoredOverlay(
  { id, size, channels, image, truth, predicted, probability }: Predicted,
  { foreground }: ImageScore,
  { classes, overlapping }: Facts,
): OverlayImage {
  const { hits, misses, alarms } = foreground;
  return {
    ...{ id, size, channels, image, predicted, overlapping, misses, alarms },
    ...(truth && { truth }),
    foregroundProbability: probability,
    classes: classes.length,
    dice: dice(foreground),
    empty: hits + misses === 0,
  };
}
