import { isDeepStrictEqual } from 'node:util';
import { factsFaults } from '@raremask/core/host';
import { type Law, law } from '../../trial/law.ts';
import { datasetFault, idsDiffer, otherAnswer } from '../faults.ts';
import { idFaults } from '../sampleFaults.ts';
import type { DatasetSubject } from '../subject.ts';

/** What a data set says of itself. */
export function declarationLaws(): readonly Law<DatasetSubject>[] {
  return [
    law('says facts that a task can be made of', async ({ dataset, where }) => {
      for (const fault of factsFaults(dataset.facts)) throw datasetFault(where, 'facts', fault);
    }),
    law('has ids, none of them twice', async ({ dataset, where }) => {
      for (const fault of idFaults(dataset.ids)) throw datasetFault(where, 'ids', fault);
    }),
    law('has the same ids and facts when it is opened again', async (subject) => {
      const { dataset, where } = subject;
      const other = await subject.another();
      if (!isDeepStrictEqual([...other.ids], [...dataset.ids]))
        throw idsDiffer(where, dataset.ids, other.ids);
      if (!isDeepStrictEqual(other.facts, dataset.facts)) {
        throw otherAnswer(where, 'facts', 'a second opening', {
          expected: JSON.stringify(dataset.facts),
          got: JSON.stringify(other.facts),
        });
      }
    }),
  ];
}
