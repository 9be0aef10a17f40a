import { drawsOwnRandomNumbers } from '../../pluginFaults.ts';
import { type Law, law } from '../../trial/law.ts';
import { difference } from '../../trial/valueAndGradient.ts';
import { countRandomDraws } from '../../trial/watch.ts';
import { factorDiffers } from '../faults.ts';
import { factorAt, factorsOf, progressOf, type ScheduleSubject } from '../subject.ts';

/** A factor follows from progress, and from the scores that were heard. */
export function purityLaws(): readonly Law<ScheduleSubject>[] {
  return [
    law('gives the same moment the same factor, however often it is asked', async (subject) => {
      const asked = { ...subject, schedule: await subject.another() };
      const moments = progressOf(8);
      const first = moments.map((moment) => factorAt(asked, moment));
      const second = [...moments].reverse().map((moment) => factorAt(asked, moment));
      const differing = difference(second.reverse(), first, 0);
      if (differing) throw factorDiffers(subject.where, 'the second time', differing);
    }),
    law('is the same in another run of the same scores', async (subject) => {
      const one = factorsOf({ ...subject, schedule: await subject.another() }, 16);
      const two = factorsOf({ ...subject, schedule: await subject.another() }, 16);
      const differing = difference(two, one, 0);
      if (differing) throw factorDiffers(subject.where, 'in another run', differing);
    }),
    law('draws no random numbers of its own', async (subject) => {
      const schedule = await subject.another();
      const draws = await countRandomDraws(() => factorsOf({ ...subject, schedule }, 8));
      if (draws > 0) throw drawsOwnRandomNumbers(subject.where, draws);
    }),
  ];
}
