import * as tf from '@tensorflow/tfjs';
import type { Differing } from '../../errors.ts';
import { type Law, law } from '../../trial/law.ts';
import { auxiliaryFault } from '../auxiliary.ts';
import { auxiliaryUnusable } from '../faults.ts';
import { callOf } from '../forward.ts';
import { guarded, MODES, type ModelSubject, place } from '../subject.ts';

/** What further outputs may be, that are trained with and not predicted from. */
export function auxiliaryLaws(): readonly Law<ModelSubject>[] {
  return [
    law('gives auxiliary logits that divide the images, in training alone', async (subject) => {
      const { model, facts } = subject;
      for (const mode of MODES) {
        const call = callOf(model, facts, { mode });
        const found: Differing[] = [];
        tf.tidy(() => {
          const one = guarded(subject, call, () => auxiliaryFault(model, call, facts));
          if (one) found.push(one);
        });
        const [fault] = found;
        if (fault) throw auxiliaryUnusable(place(subject, call), fault);
      }
    }),
  ];
}
