import { isDeepStrictEqual } from 'node:util';
import type { Json, Sample } from '@raremask/core';
import { type Law, law } from '../../trial/law.ts';
import { idsDiffer, otherInThread, threadFails } from '../faults.ts';
import { readInThread } from '../otherThread.ts';
import { sampleDifference } from '../sampleFaults.ts';
import { type DatasetSubject, sampleOf } from '../subject.ts';

/**
 * A data set lives in reading threads too, or they read by what it tells them.
 *
 * @param module file URL of the module whose default export the plugin is
 */
export function threadLaws(module: string, folder: string): readonly Law<DatasetSubject>[] {
  return [
    law('reads the same in another thread', async (subject) => {
      const { written, ids, dataset, where } = subject;
      const recipe = { module, written: written as Json, folder, ids, facts: dataset.facts };
      const answer = await readInThread(recipe);
      if ('failure' in answer) throw threadFails(where, answer.failure);
      if (!isDeepStrictEqual(answer.ids, [...dataset.ids])) {
        throw idsDiffer(`${where}, in another thread`, dataset.ids, answer.ids!);
      }
      await compare(subject, answer.samples, where);
    }),
    law('reads the same by its sources', async (subject) => {
      const { plugin, written, ids, dataset } = subject;
      if (plugin.openReader === undefined || dataset.source === undefined) return;
      const where = `${subject.where}, openReader`;
      const sources = new Map(ids.map((id) => [id, dataset.source!(id)]));
      const { facts } = dataset;
      const recipe = { module, written: written as Json, folder, ids, facts, sources };
      const answer = await readInThread(recipe);
      if ('failure' in answer) throw threadFails(where, answer.failure);
      await compare(subject, answer.samples, where);
    }),
  ];
}

async function compare(
  subject: DatasetSubject,
  samples: readonly Sample[],
  where: string,
): Promise<void> {
  for (const [index, id] of subject.ids.entries()) {
    const differing = sampleDifference(await sampleOf(subject, id), samples[index]!);
    if (differing) throw otherInThread(where, id, differing);
  }
}
