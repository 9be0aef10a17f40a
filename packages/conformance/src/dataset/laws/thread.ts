import { isDeepStrictEqual } from 'node:util';
import type { Json } from '@raremask/core';
import { type Law, law } from '../../trial/law.ts';
import { idsDiffer, otherInThread, threadFails } from '../faults.ts';
import { readInThread } from '../otherThread.ts';
import { sampleDifference } from '../sampleFaults.ts';
import { type DatasetSubject, sampleOf } from '../subject.ts';

/**
 * A data set lives in reading threads too.
 *
 * @param module file URL of the module whose default export the plugin is
 */
export function threadLaws(module: string, folder: string): readonly Law<DatasetSubject>[] {
  return [
    law('reads the same in another thread', async (subject) => {
      const { written, ids, dataset, where } = subject;
      const recipe = { module, written: written as Json, folder, ids };
      const answer = await readInThread(recipe);
      if ('failure' in answer) throw threadFails(where, answer.failure);
      if (!isDeepStrictEqual(answer.ids, [...dataset.ids])) {
        throw idsDiffer(`${where}, in another thread`, dataset.ids, answer.ids);
      }
      for (const [index, id] of ids.entries()) {
        const differing = sampleDifference(await sampleOf(subject, id), answer.samples[index]!);
        if (differing) throw otherInThread(where, id, differing);
      }
    }),
  ];
}
