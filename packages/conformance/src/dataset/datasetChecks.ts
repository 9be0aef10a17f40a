import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import {
  type Dataset,
  type DatasetPlugin,
  isRaremaskError,
  type Json,
  type Sample,
} from '@raremask/core';
import { createRandom } from '@raremask/core/host';
import type { Check } from '../check.ts';
import { pluginChecks } from '../pluginChecks.ts';
import { drawsOwnRandomNumbers, makesTensors } from '../pluginFaults.ts';
import { inEveryCase } from '../trial/cases.ts';
import { type Made, make, openImages, whereOf } from '../trial/make.ts';
import { countRandomDraws, countTensorsMade } from '../trial/watch.ts';
import {
  datasetFault,
  datasetThrows,
  disposalThrows,
  idsDiffer,
  imagesFault,
  memoryReused,
  otherAnswer,
  otherInThread,
  otherSample,
  takesUnknownId,
  threadFails,
  unclearIdError,
} from './faults.ts';
import { readInThread } from './otherThread.ts';
import { factsFaults, idFaults, ownCopy, sampleDifference, sampleFaults } from './sampleFaults.ts';

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

/** A data set under trial: one plugin with one set of options. */
interface DatasetSubject {
  readonly plugin: DatasetPlugin;
  readonly written: unknown;
  readonly dataset: Dataset;
  /** Ids that are read, in the order of the data set. */
  readonly ids: readonly string[];
  /** What messages begin with. */
  readonly where: string;
  /** Opens it once more. */
  another(): Promise<Dataset>;
}

/** An id that no data set has. */
const NO_ID = 'an-id-that-is-not-there';

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
  const check = (name: string, law: (subject: DatasetSubject) => Promise<void>): Check => ({
    name,
    async run() {
      for (const written of options) {
        await inEveryCase([written], (one) => opened(plugin, one, folder, most), law);
      }
    },
  });

  const checks: Check[] = [
    ...pluginChecks(plugin, 'dataset'),
    check('says facts that a task can be made of', async ({ dataset, where }) => {
      for (const fault of factsFaults(dataset.facts)) throw datasetFault(where, 'facts', fault);
    }),
    check('has ids, none of them twice', async ({ dataset, where }) => {
      for (const fault of idFaults(dataset.ids)) throw datasetFault(where, 'ids', fault);
    }),
    check('has the same ids and facts when it is opened again', async (subject) => {
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
    check('reads samples that fit its facts', async (subject) => {
      for (const id of subject.ids) {
        const sample = await sampleOf(subject, id);
        for (const fault of sampleFaults(id, sample, subject.dataset.facts, true)) {
          throw datasetFault(subject.where, `read(${JSON.stringify(id)})`, fault);
        }
      }
    }),
    check('reads the same sample every time', async (subject) => {
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
    check('leaves samples alone that it has handed over', async (subject) => {
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
    check('reads the same in any order and at the same time', async (subject) => {
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
    check('gives every id the same group', async (subject) => {
      const { dataset, where } = subject;
      const groups = dataset.ids.map((id) =>
        asked(subject, `group(${JSON.stringify(id)})`, () => dataset.group(id)),
      );
      const wrong = groups.findIndex(
        (group) => group !== undefined && (typeof group !== 'string' || group === ''),
      );
      if (wrong >= 0) {
        throw datasetFault(where, `group(${JSON.stringify(dataset.ids[wrong])})`, {
          what: 'a group is no word',
          expected: 'text that is not empty, or undefined',
          got: JSON.stringify(groups[wrong]),
        });
      }
      for (const id of subject.ids) await sampleOf(subject, id);
      const other = await subject.another();
      for (const [how, opening] of [
        ['after reading', dataset],
        ['a second opening', other],
      ] as const) {
        for (const [index, id] of dataset.ids.entries()) {
          const got = opening.group(id);
          if (got !== groups[index]) {
            throw otherAnswer(where, `group(${JSON.stringify(id)})`, how, {
              expected: groups[index] ?? 'undefined',
              got: got ?? 'undefined',
            });
          }
        }
      }
    }),
    check('refuses an id that it does not have', async (subject) => {
      const { dataset, where } = subject;
      const refused = await settled(() => dataset.read(NO_ID));
      if (refused.error === undefined) throw takesUnknownId(where, NO_ID);
      if (!isClear(refused.error) || !String(refused.error).includes(NO_ID)) {
        throw unclearIdError(where, NO_ID, refused.error);
      }
      await sampleOf(subject, subject.ids[0]!);
    }),
    check('knows the state and the files of a sample', async (subject) => {
      const { dataset, where } = subject;
      const other = await subject.another();
      for (const id of subject.ids) {
        const call = (name: string) => `${name}(${JSON.stringify(id)})`;
        if (dataset.fingerprint !== undefined) {
          const print = await settled(() => dataset.fingerprint!(id));
          if (print.error !== undefined)
            throw datasetThrows(where, call('fingerprint'), print.error);
          if (typeof print.value !== 'string' || print.value === '') {
            throw datasetFault(where, call('fingerprint'), {
              what: 'the fingerprint is no text',
              expected: 'sizes and times of modification as text',
              got: JSON.stringify(print.value) ?? 'nothing',
            });
          }
          for (const [how, opening] of [
            ['the second time', dataset],
            ['a second opening', other],
          ] as const) {
            const got = await opening.fingerprint!(id);
            const expected = print.value;
            if (got !== expected)
              throw otherAnswer(where, call('fingerprint'), how, { expected, got });
          }
        }
        if (dataset.files === undefined) continue;
        const files = asked(subject, call('files'), () => dataset.files!(id));
        const paths = [files?.image, ...(files?.mask === undefined ? [] : [files.mask])];
        if (!paths.every((path) => typeof path === 'string' && path !== '')) {
          throw datasetFault(where, call('files'), {
            what: 'the files are unusable',
            expected: 'the path of the image, and of the mask where it is one file',
            got: JSON.stringify(files) ?? 'nothing',
          });
        }
      }
    }),
    check('can be disposed twice, apart from other openings', async (subject) => {
      const other = await subject.another();
      for (const time of ['first', 'second']) {
        const { error } = await settled(async () => other.dispose?.());
        if (error !== undefined) throw disposalThrows(subject.where, time, error);
      }
      await sampleOf(subject, subject.ids[0]!);
    }),
    check('draws no random numbers of its own', async (subject) => {
      const draws = await countRandomDraws(async () => {
        const fresh = { ...subject, dataset: await subject.another() };
        for (const id of subject.ids) await sampleOf(fresh, id);
      });
      if (draws > 0) throw drawsOwnRandomNumbers(subject.where, draws);
    }),
    check('makes no tensor', async (subject) => {
      const made = await countTensorsMade(async () => {
        const fresh = { ...subject, dataset: await subject.another() };
        for (const id of subject.ids) await sampleOf(fresh, id);
      });
      if (made > 0) throw makesTensors(subject.where, 'a data set', made);
    }),
  ];
  if (module !== undefined) {
    checks.push(
      check('reads the same in another thread', async (subject) => {
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
    );
  }
  if (plugin.openImages !== undefined) {
    checks.push(
      check('says that a path of images does not exist', async ({ written, where }) => {
        const path = join(folder, 'there', 'is', 'nothing', 'here');
        const { value, error } = await settled(() => openImages(plugin, written, path, folder));
        await value?.dispose();
        if (error === undefined || !isClear(error)) throw imagesFault(where, path, error);
      }),
    );
  }
  if (images !== undefined) {
    checks.push(
      check('opens images without truth as it decodes its own', async (subject) => {
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
  return checks;
}

async function opened(plugin: DatasetPlugin, written: unknown, folder: string, most: number) {
  const makings: Made<'dataset'>[] = [];
  const dispose = async () => {
    for (const making of makings) await making.dispose();
  };
  const another = async (): Promise<Dataset> => {
    const made = await make(plugin, written, { folder });
    makings.push(made);
    return made.product;
  };
  const dataset = await another();
  const where = whereOf(plugin, written);
  const ids = spread(dataset.ids, most);
  return { subject: { plugin, written, dataset, ids, where, another }, dispose };
}

/** At most so many of a list, spread over all of it, with the first and the last. */
function spread(ids: readonly string[], most: number): readonly string[] {
  if (!Array.isArray(ids) || ids.length <= most) return ids;
  return Array.from(
    { length: most },
    (_, at) => ids[Math.round((at * (ids.length - 1)) / Math.max(1, most - 1))]!,
  );
}

/** Reads a sample; what the data set throws gets its place. */
async function sampleOf({ dataset, where }: DatasetSubject, id: string): Promise<Sample> {
  const { value, error } = await settled(() => dataset.read(id));
  if (error !== undefined) throw datasetThrows(where, `read(${JSON.stringify(id)})`, error);
  return value!;
}

function asked<T>({ where }: DatasetSubject, call: string, ask: () => T): T {
  try {
    return ask();
  } catch (error) {
    throw datasetThrows(where, call, error);
  }
}

/** What came, or what was thrown, at once or later. */
async function settled<T>(
  work: () => T | Promise<T>,
): Promise<{ readonly value?: T; readonly error?: unknown }> {
  try {
    return { value: await work() };
  } catch (error) {
    return { error: error ?? new Error('nothing') };
  }
}

/** True for an error that tells the user what to do, whoever threw it. */
function isClear(error: unknown): boolean {
  return isRaremaskError(error) && error.category !== 'plugin';
}
