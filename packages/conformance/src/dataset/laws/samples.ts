import type { Sample } from '@raremask/core';
import { createRandom } from '@raremask/core/host';
import { type Law, law } from '../../trial/law.ts';
import { datasetFault, memoryReused, otherSample } from '../faults.ts';
import { ownCopy, sampleDifference, sampleFaults } from '../sampleFaults.ts';
import { type DatasetSubject, sampleOf } from '../subject.ts';

/** The same samples, however they are read. */
export function sampleLaws(): readonly Law<DatasetSubject>[] {
  return [
    law('reads samples that fit its facts', async (subject) => {
      for (const id of subject.ids) {
        const sample = await sampleOf(subject, id);
        for (const fault of sampleFaults(id, sample, subject.dataset.facts, true)) {
          throw datasetFault(subject.where, `read(${JSON.stringify(id)})`, fault);
        }
      }
    }),
    law('reads the same sample every time', async (subject) => {
      const other = await subject.another();
      for (const id of subject.ids) {
        const first = ownCopy(await sampleOf(subject, id));
        const again = { ...subject, dataset: other };
        for (const [how, sample] of [
          ['the second time', await sampleOf(subject, id)],
          ['in a second opening', await sampleOf(again, id)],
        ] as const) {
          const differing = sampleDifference(first, sample);
          if (differing) throw otherSample(subject.where, id, how, differing);
        }
      }
    }),
    law('leaves samples alone that it has handed over', async (subject) => {
      const held: { readonly sample: Sample; readonly copy: Sample }[] = [];
      for (const id of [...subject.ids, ...subject.ids]) {
        const sample = await sampleOf(subject, id);
        held.push({ sample, copy: ownCopy(sample) });
      }
      for (const { sample, copy } of held) {
        const differing = sampleDifference(copy, sample);
        if (differing) throw memoryReused(subject.where, copy.id, differing);
      }
    }),
    law('reads the same in any order and at the same time', async (subject) => {
      const alone = new Map<string, Sample>();
      for (const id of subject.ids) alone.set(id, ownCopy(await sampleOf(subject, id)));
      const compare = (id: string, sample: Sample, how: string) => {
        const differing = sampleDifference(alone.get(id)!, sample);
        if (differing) throw otherSample(subject.where, id, how, differing);
      };
      const shuffled = createRandom('order').shuffle([...subject.ids]);
      const fresh = { ...subject, dataset: await subject.another() };
      for (const id of shuffled) compare(id, await sampleOf(fresh, id), 'in another order');
      const twice = [...shuffled, ...subject.ids];
      const together = await Promise.all(twice.map((id) => sampleOf(subject, id)));
      for (const [index, id] of twice.entries()) {
        compare(id, together[index]!, 'while others are read');
      }
    }),
  ];
}
