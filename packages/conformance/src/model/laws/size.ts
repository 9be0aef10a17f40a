import type { Model } from '@raremask/core';
import { tf } from '@raremask/tfjs';
import { type Law, law } from '../../trial/law.ts';
import {
  modelKeepsTensors,
  modelShape,
  modelThrows,
  takesUnfitSize,
  unclearSizeError,
} from '../faults.ts';
import { answerOf, callOf, fittingSize } from '../forward.ts';
import { answered, isClear, MODES, type ModelSubject, place, requireFinite } from '../subject.ts';

/** Which images a model takes, and what it makes of them. */
export function sizeLaws(): readonly Law<ModelSubject>[] {
  return [
    law('gives logits of the size of the images, one for each class', async (subject) => {
      const { model, facts } = subject;
      for (const size of sizesOf(model)) {
        for (const images of [1, 3]) {
          for (const mode of MODES) {
            const call = callOf(model, facts, { images, size, mode });
            const { logits } = await answered(subject, call);
            const expected = [images, ...size, facts.classes.length];
            if (`${logits.shape}` !== `${expected}` || logits.dtype !== 'float32') {
              throw modelShape(place(subject, call), expected, logits);
            }
          }
        }
      }
    }),
    law('takes images of one block, or says why it cannot', async (subject) => {
      const { model, facts } = subject;
      for (const mode of MODES) {
        const call = callOf(model, facts, { images: 1, size: model.multipleOf, mode });
        try {
          const { logits } = await answerOf(model, call);
          requireFinite(subject, call, 'logits', logits.values);
        } catch (error) {
          if (!isClear(error)) throw modelThrows(place(subject, call), error);
        }
      }
    }),
    law('refuses images of a size that does not fit', async (subject) => {
      const { model, facts } = subject;
      for (const [axis, multiple] of model.multipleOf.entries()) {
        if (multiple === 1) continue;
        const size = fittingSize(model).map((extent, at) => (at === axis ? extent + 1 : extent));
        for (const mode of MODES) {
          const call = callOf(model, facts, { images: 1, size, mode });
          const before = tf.memory().numTensors;
          const error = await answerOf(model, call).then(
            () => undefined,
            (thrown: unknown) => thrown ?? new Error('nothing'),
          );
          const kept = tf.memory().numTensors - before;
          const where = place(subject, call);
          if (error === undefined) throw takesUnfitSize(where, model.multipleOf);
          const clear = isClear(error) && String(error).includes(String(size[axis]));
          if (!clear) throw unclearSizeError(where, error);
          if (kept !== 0) throw modelKeepsTensors(where, kept, 'a call that was refused');
        }
      }
    }),
  ];
}

/** Sizes that fit: none with two axes of one length, and one longer along every axis. */
function sizesOf(model: Model): readonly (readonly number[])[] {
  const size = fittingSize(model);
  const longer = size.map((extent, axis) => extent + model.multipleOf[axis]! * (axis + 1));
  const wider = size.map((extent, axis) => extent + model.multipleOf[axis]! * (axis === 0 ? 2 : 0));
  return [size, longer, wider];
}
