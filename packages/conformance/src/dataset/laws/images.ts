import { join } from 'node:path';
import type { DatasetPlugin } from '@raremask/core';
import { factsFaults } from '@raremask/core/host';
import { type Law, law } from '../../trial/law.ts';
import { openImages } from '../../trial/make.ts';
import { datasetFault, imagesFault } from '../faults.ts';
import { idFaults, sampleFaults } from '../sampleFaults.ts';
import { type DatasetSubject, isClear, sampleOf, settled, spread } from '../subject.ts';

/**
 * Images without truth.
 *
 * @param images what is opened, relative to the folder; left out, nothing that is there
 * @param most how many are read
 */
export function imageLaws(
  plugin: DatasetPlugin,
  folder: string,
  images: string | undefined,
  most: number,
): readonly Law<DatasetSubject>[] {
  const laws: Law<DatasetSubject>[] = [];
  if (plugin.openImages !== undefined) {
    laws.push(
      law('says that a path of images does not exist', async ({ written, where }) => {
        const path = join(folder, 'there', 'is', 'nothing', 'here');
        const { value, error } = await settled(() => openImages(plugin, written, path, folder));
        await value?.dispose();
        if (error === undefined || !isClear(error)) throw imagesFault(where, path, error);
      }),
    );
  }
  if (images !== undefined) {
    laws.push(
      law('opens images without truth as it decodes its own', async (subject) => {
        const { written, where } = subject;
        const path = join(folder, images);
        const { product, dispose } = await openImages(plugin, written, path, folder);
        try {
          const of = `openImages, ${where}`;
          for (const fault of factsFaults(product.facts)) throw datasetFault(of, 'facts', fault);
          for (const fault of idFaults(product.ids)) throw datasetFault(of, 'ids', fault);
          const { space, channels } = subject.dataset.facts;
          if (product.facts.space !== space || product.facts.channels !== channels) {
            throw datasetFault(of, 'facts', {
              what: 'the images are not those that the data set is about',
              expected: `${space}-D, ${channels} channels`,
              got: `${product.facts.space}-D, ${product.facts.channels} channels`,
            });
          }
          const reading = { ...subject, dataset: product, where: of };
          for (const id of spread(product.ids, most)) {
            const sample = await sampleOf(reading, id);
            for (const fault of sampleFaults(id, sample, product.facts, false)) {
              throw datasetFault(of, `read(${JSON.stringify(id)})`, fault);
            }
          }
        } finally {
          await dispose();
        }
      }),
    );
  }
  return laws;
}
