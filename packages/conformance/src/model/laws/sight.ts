import { type Law, law } from '../../trial/law.ts';
import { channelUnseen, classesAlike } from '../faults.ts';
import { callOf } from '../forward.ts';
import { answered, logitsDiffer, type ModelSubject, place, someCall } from '../subject.ts';
import { type ModelKnowledge, nearness } from './law.ts';

/** A model sees every channel, and tells every class apart. */
export function sightLaws({
  tolerance,
}: Pick<ModelKnowledge, 'tolerance'>): readonly Law<ModelSubject>[] {
  const { near } = nearness(tolerance);
  return [
    law('sees every channel of the images', async (subject) => {
      const { model, facts } = subject;
      const call = callOf(model, facts, { mode: 'infer' });
      const other = callOf(model, facts, { mode: 'infer', seed: 'another channel' });
      for (let channel = 0; channel < facts.channels; channel++) {
        const seen = await someCall(subject, async (source, seed) => {
          const one = callOf(source, facts, { mode: 'infer', seed });
          const images = one.images.map((value, at) =>
            at % facts.channels === channel ? other.images[at]! : value,
          );
          const two = { ...one, images };
          return logitsDiffer(await answered(subject, one), await answered(subject, two));
        });
        if (!seen) throw channelUnseen(place(subject, call), channel);
      }
    }),
    law('has logits of its own for each class', async (subject) => {
      const call = callOf(subject.model, subject.facts, { mode: 'infer' });
      const { values } = (await answered(subject, call)).logits;
      const classes = subject.facts.classes.length;
      const logitsOf = (index: number) => values.filter((_, at) => at % classes === index);
      for (let index = 0; index < classes; index++) {
        for (let other = 0; other < index; other++) {
          if (near(logitsOf(index), logitsOf(other))) continue;
          const [first, second] = [other, index].map((at) => subject.facts.classes[at]!.name);
          throw classesAlike(place(subject, call), first!, second!);
        }
      }
    }),
  ];
}
