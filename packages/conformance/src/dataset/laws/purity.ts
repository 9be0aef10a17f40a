import { drawsOwnRandomNumbers, makesTensors } from '../../pluginFaults.ts';
import { type Law, law } from '../../trial/law.ts';
import { countRandomDraws, countTensorsMade } from '../../trial/watch.ts';
import { disposalThrows } from '../faults.ts';
import { type DatasetSubject, sampleOf, settled } from '../subject.ts';

/** Nothing is left behind, and nothing comes of chance. */
export function purityLaws(): readonly Law<DatasetSubject>[] {
  return [
    law('can be disposed twice, apart from other openings', async (subject) => {
      const other = await subject.another();
      for (const time of ['first', 'second']) {
        const { error } = await settled(async () => other.dispose?.());
        if (error !== undefined) throw disposalThrows(subject.where, time, error);
      }
      await sampleOf(subject, subject.ids[0]!);
    }),
    law('draws no random numbers of its own', async (subject) => {
      const draws = await countRandomDraws(async () => {
        const fresh = { ...subject, dataset: await subject.another() };
        for (const id of subject.ids) await sampleOf(fresh, id);
      });
      if (draws > 0) throw drawsOwnRandomNumbers(subject.where, draws);
    }),
    law('makes no tensor', async (subject) => {
      const made = await countTensorsMade(async () => {
        const fresh = { ...subject, dataset: await subject.another() };
        for (const id of subject.ids) await sampleOf(fresh, id);
      });
      if (made > 0) throw makesTensors(subject.where, 'a data set', made);
    }),
  ];
}
