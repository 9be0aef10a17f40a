import type { Loss, LossInput } from '@raremask/core';
import { stackPlace } from '@raremask/core/host';
import { gradientGap, learntFrom, tapeLength, unrelated } from '@raremask/core/loss';
import { tf } from '@raremask/tfjs';
import {
  lossDisposes,
  lossFailed,
  lossResult,
  lossShape,
  lossUnrelated,
  lossWithoutGradient,
} from '../errors.ts';
import { calling } from '../guard/calling.ts';
import { describe } from '../guard/describe.ts';
import { watched } from '../guard/leaks.ts';

/**
 * A loss whose mistakes carry its place in the manifest, and the line of its own file.
 *
 * @param url of the plugin's module
 */
export function guardedLoss(loss: Loss, place: string, url: string | undefined): Loss {
  const called = calling((_, cause) => lossFailed(place, cause, url), { place, url });
  return (input) => {
    const since = tapeLength();
    const given = new Map<string, tf.Tensor>();
    const value: unknown = called('the loss', () =>
      watched(place, url, () => loss(noting(input, given))),
    );
    for (const [name, tensor] of given) if (tensor.isDisposed) throw lossDisposes(place, name);
    const [batch] = input.logits.shape as [number];
    checkValue(value, batch, place);
    const recorded = { from: learntFrom(input), to: [value], since };
    const gap = gradientGap({ ...recorded, again: () => loss(input) });
    if (gap) throw lossWithoutGradient(place, gap, stackPlace(gap.called, url));
    if (unrelated(recorded).length === recorded.from.length) throw lossUnrelated(place);
    return value;
  };
}

const MEMBERS = ['logits', 'probabilities', 'logProbabilities', 'target', 'weight'] as const;

/** The same input, which notes what of it is taken. */
function noting(input: LossInput, given: Map<string, tf.Tensor>): LossInput {
  const noted = {};
  for (const name of MEMBERS) {
    const get = () => {
      const tensor = input[name];
      given.set(name, tensor);
      return tensor;
    };
    Object.defineProperty(noted, name, { get, enumerable: true });
  }
  return noted as LossInput;
}

function checkValue(
  value: unknown,
  batch: number,
  place: string,
): asserts value is ReturnType<Loss> {
  if (!(value instanceof tf.Tensor)) throw lossResult(place, batch, describe(value));
  if (value.isDisposed) throw lossResult(place, batch, 'a tensor that it has disposed of');
  const fits = value.rank === 0 || (value.rank === 1 && value.shape[0] === batch);
  if (!fits) throw lossShape(place, value.shape, batch);
  if (value.dtype !== 'float32') throw lossResult(place, batch, value.dtype);
}
