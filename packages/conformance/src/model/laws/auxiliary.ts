import { tf } from '@raremask/tfjs';
import type { Differing, Place } from '../../errors.ts';
import { type Law, law } from '../../trial/law.ts';
import { auxiliaryFault, imageFault } from '../auxiliary.ts';
import { auxiliaryUnusable, imageUnusable } from '../faults.ts';
import { type Call, callOf } from '../forward.ts';
import { guarded, MODES, type ModelSubject, place } from '../subject.ts';

/** What further outputs may be, that are trained with and not predicted from. */
export function auxiliaryLaws(): readonly Law<ModelSubject>[] {
  return [
    law('gives auxiliary logits that divide the images, in training alone', (subject) =>
      inBothModes(
        subject,
        (call) => auxiliaryFault(subject.model, call, subject.facts),
        auxiliaryUnusable,
      ),
    ),
    law('says of each image whether it has any structure, or of none', (subject) =>
      inBothModes(subject, (call) => imageFault(subject.model, call), imageUnusable),
    ),
  ];
}

async function inBothModes(
  subject: ModelSubject,
  faultIn: (call: Call) => Differing | undefined,
  say: (place: Place, fault: Differing) => Error,
): Promise<void> {
  for (const mode of MODES) {
    const call = callOf(subject.model, subject.facts, { mode });
    const found: Differing[] = [];
    tf.tidy(() => {
      const one = guarded(subject, call, () => faultIn(call));
      if (one) found.push(one);
    });
    const [fault] = found;
    if (fault) throw say(place(subject, call), fault);
  }
}
