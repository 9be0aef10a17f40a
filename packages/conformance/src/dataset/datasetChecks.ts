import type { DatasetPlugin } from '@raremask/core';
import { type Check, reportedOnce } from '../check.ts';
import { pluginChecks } from '../pluginChecks.ts';
import { inEveryCase } from '../trial/cases.ts';
import { whereOf } from '../trial/make.ts';
import { answerLaws } from './laws/answers.ts';
import { declarationLaws } from './laws/declaration.ts';
import { imageLaws } from './laws/images.ts';
import { purityLaws } from './laws/purity.ts';
import { sampleLaws } from './laws/samples.ts';
import { threadLaws } from './laws/thread.ts';
import { opened } from './subject.ts';

/** What the author knows of a data set. */
export interface DatasetCheckOptions {
  /** Sets of options as a manifest writes them, that open data which is there; left out, one without any. */
  readonly options?: readonly unknown[];
  /** The folder that relative paths start from, absolute; left out, the working directory. */
  readonly folder?: string;
  /** File URL of the module whose default export the plugin is: it is then read in another thread too. */
  readonly module?: string;
  /** A folder or file of images without truth, for a plugin that has openImages; relative to `folder`. */
  readonly images?: string;
  /** How many samples are read, spread over the data set; left out, 12. */
  readonly samples?: number;
}

/** Checks that every data set must pass. It is the author who has data for it. */
export function datasetChecks(
  plugin: DatasetPlugin,
  {
    options = [{}],
    folder = process.cwd(),
    module,
    images,
    samples: most = 12,
  }: DatasetCheckOptions = {},
): readonly Check[] {
  const laws = [
    ...declarationLaws(),
    ...sampleLaws(),
    ...answerLaws(),
    ...purityLaws(),
    ...(module === undefined ? [] : threadLaws(module, folder)),
    ...imageLaws(plugin, folder, images, most),
  ];
  return reportedOnce([
    ...pluginChecks(plugin, 'dataset', options),
    ...laws.map(({ name, holds }) => ({
      name,
      async run() {
        for (const written of options) {
          await inEveryCase(
            [written],
            (one) => opened(plugin, one, folder, most),
            holds,
            whereOf(plugin, written),
          );
        }
      },
    })),
  ]);
}
