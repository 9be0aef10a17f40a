import type { Facts, ForwardCall, Model, Outputs } from '@raremask/core';
import { stackPlace } from '@raremask/core/host';
import { gradientGap, tapeLength, unrelated } from '@raremask/core/loss';
import { tf } from '@raremask/tfjs';
import { calling } from '../guard/calling.ts';
import { describe } from '../guard/describe.ts';
import { watched } from '../guard/leaks.ts';
import { modelFailed, modelResult, modelUnrelated, modelWithoutGradient } from './errors.ts';

export interface ModelPlace {
  /** What messages begin with, for example `model (mine)`. */
  readonly place: string;
  /** Of the plugin's module. */
  readonly url: string | undefined;
  readonly facts: Facts;
}

/**
 * A model of which nothing of another shape gets through: what is wrong is thrown with its place in the manifest,
 * and what it throws with the line of its own file; so is an operation that no gradient goes through.
 */
export function guardedModel(model: Model, { place, url, facts }: ModelPlace): Model {
  const called = calling((what, cause) => modelFailed(place, what, cause, url), { place, url });
  return {
    ...model,
    forward(call) {
      const since = tapeLength();
      const outputs: unknown = called(`forward (${call.mode})`, () =>
        watched(place, url, () => model.forward(call)),
      );
      checkOutputs(outputs, call, { place, classes: facts.classes.length });
      const { logits, auxiliary = [], image } = outputs;
      const recorded = {
        from: call.weights,
        to: [logits, ...auxiliary.map((one) => one.logits), ...(image ? [image.logits] : [])],
        since,
      };
      const gap = gradientGap({ ...recorded, again: () => model.forward(call) });
      if (gap) throw modelWithoutGradient(place, gap, stackPlace(gap.called, url));
      const [unused] = unrelated(recorded);
      if (unused) {
        throw modelUnrelated(place, model.weights[call.weights.indexOf(unused)]!.name);
      }
      return outputs;
    },
  };
}

function checkOutputs(
  outputs: unknown,
  { images, buffers }: ForwardCall,
  { place, classes }: { readonly place: string; readonly classes: number },
): asserts outputs is Outputs {
  if (typeof outputs !== 'object' || outputs === null || outputs instanceof Promise) {
    throw modelResult(place, 'no outputs', 'an object with logits', describe(outputs));
  }
  const given = outputs as Partial<Outputs>;
  const logits = [...images.shape.slice(0, -1), classes];
  checkTensor(given.logits, logits, 'logits of another kind', place);
  if (given.buffers === undefined) return;
  const isList = Array.isArray(given.buffers) && given.buffers.length === buffers.length;
  if (!isList) {
    const expected = `a list of ${buffers.length}, as it declares`;
    throw modelResult(place, 'other buffers', expected, describe(given.buffers));
  }
  for (const [index, { shape }] of buffers.entries()) {
    checkTensor(given.buffers[index], shape, `a buffer ${index} of another kind`, place);
  }
}

function checkTensor(tensor: unknown, shape: readonly number[], what: string, place: string): void {
  const expected = `float32 [${shape.join(', ')}]`;
  if (!(tensor instanceof tf.Tensor)) {
    throw modelResult(place, what, `a tensor, ${expected}`, describe(tensor));
  }
  const got = `${tensor.dtype} [${tensor.shape.join(', ')}]`;
  if (got !== expected) throw modelResult(place, what, expected, got);
}
