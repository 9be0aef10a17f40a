import type { Loss } from '@raremask/core';
import { stackPlace } from '@raremask/core/host';
import { gradientGap, learntFrom, tapeLength } from '@raremask/core/loss';
import { lossFailed, lossShape, lossWithoutGradient } from '../errors.ts';
import { calling } from '../guard/calling.ts';
import { watched } from '../guard/leaks.ts';

/**
 * A loss whose mistakes carry its place in the manifest, and the line of its own file.
 *
 * @param url of the plugin's module
 */
export function guardedLoss(loss: Loss, place: string, url: string | undefined): Loss {
  const called = calling((_, cause) => lossFailed(place, cause, url));
  return (input) => {
    const since = tapeLength();
    const value = called('the loss', () => watched(place, url, () => loss(input)));
    const [batch] = input.logits.shape as [number];
    const fits = value.rank === 0 || (value.rank === 1 && value.shape[0] === batch);
    if (!fits) throw lossShape(place, value.shape, batch);
    const gap = gradientGap({
      from: learntFrom(input),
      to: [value],
      since,
      again: () => loss(input),
    });
    if (gap) throw lossWithoutGradient(place, gap, stackPlace(gap.called, url));
    return value;
  };
}
