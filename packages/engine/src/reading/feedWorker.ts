import { parentPort, workerData } from 'node:worker_threads';
import {
  type Dataset,
  facts,
  folder,
  type Json,
  type Log,
  type OptionsSchema,
  type SourceReader,
} from '@raremask/core';
import { createHost, loadPluginFromUrl } from '@raremask/core/host';
import {
  type AugmentationSource,
  makeAugmentations,
  type PlannedAugmentation,
} from '../augment/makeAugmentations.ts';
import { Waiting } from '../guard/waiting.ts';
import { BatchMemory } from './batchMemory.ts';
import { packError } from './carriedError.ts';
import { checkListing } from './listing.ts';
import {
  BEATS_A_SECOND,
  type ReadResult,
  type Sources,
  type ThreadPlan,
  type ThreadStart,
} from './plan.ts';
import type { Answer, Request } from './readerThreads.ts';
import { SampleReader } from './sampleReader.ts';

const { plan, beat } = workerData as ThreadStart;
const port = parentPort!;

// In a loop without an end it could not say so itself.
const turn = () => Atomics.add(beat, 0, 1);
turn();
setInterval(turn, 1000 / BEATS_A_SECOND).unref();

/** What a data set says, the main thread's one has said already. */
const silent: Log = { info: () => {}, warn: () => {} };

const memory = new BatchMemory();

const waiting = new Waiting((what, seconds) => answer({ kind: 'late', what, seconds }), plan);

/** Of the job that is being done: a thread does one at a time. */
let sources: Sources = new Map();

const reader = openReader().catch((error: unknown) => {
  answer({ kind: 'unable', error: packError(error) });
});

let last = Promise.resolve();

port.on('message', (request: Request) => {
  last = last.then(() => done(request));
});

async function done({ job, free, sources: given = new Map() }: Request): Promise<void> {
  memory.give(free);
  sources = given;
  const opened = await reader;
  if (opened === undefined) return;
  try {
    const result = owned(await opened.run(job));
    answer({ kind: 'result', result }, memoryOf(result));
  } catch (error) {
    answer({ kind: 'error', error: packError(error) });
  }
}

function answer(message: Answer, handedOver: ArrayBuffer[] = []): void {
  port.postMessage(message, handedOver);
}

/** Makes the data set and the augmentations as the main thread has made them, and checked their options. */
async function openReader(): Promise<SampleReader> {
  const { url, rawOptions, folder: start } = plan.dataset;
  const services = await Promise.all((plan.services ?? []).map(serviceOf));
  const scope = createHost().run({ seed: plan.seed, log: silent, services });
  scope.provide(folder, () => start);
  const plugin = await loadPluginFromUrl(url, 'dataset');
  const options = await optionsOf(plugin.options, rawOptions);
  const loaded = { kind: 'dataset' as const, plugin, options, place: 'data' };
  const place = `data (${plugin.name})`;
  const dataset =
    plan.donorSources === undefined
      ? withSameIds(await waiting.for(`${place}, create`, scope.make(loaded)), place)
      : bySource(
          await waiting.for(`${place}, openReader`, scope.openReader(loaded, plan.facts)),
          plan.donorSources,
        );
  scope.provide(facts, () => plan.facts);
  const sources = await Promise.all(plan.augmentations.map(sourceOf));
  const augmentations = await makeAugmentations(
    sources,
    plan.facts,
    (one) => waiting.for(`${one.place} (${one.plugin.name}), create`, scope.make(one)),
    services,
  );
  return new SampleReader(dataset, plan, memory, augmentations, waiting);
}

/** A set that lists other samples than in the main thread reads others too. */
function withSameIds(dataset: Dataset, place: string): Dataset {
  if (plan.ids !== undefined) {
    checkListing(plan.ids, dataset.ids, place, 'where a thread that reads opens it');
  }
  return dataset;
}

/** Reads samples of the job, and donors, without a data set. */
function bySource(opened: SourceReader, donors: Sources): Pick<Dataset, 'read'> {
  return {
    read: (id) => opened.read(id, sources.has(id) ? sources.get(id) : donors.get(id)),
  };
}

async function serviceOf({ url, rawOptions, place }: NonNullable<ThreadPlan['services']>[number]) {
  const plugin = await loadPluginFromUrl(url, 'service');
  return {
    kind: 'service' as const,
    plugin,
    options: await optionsOf(plugin.options, rawOptions),
    place,
  };
}

async function sourceOf(planned: PlannedAugmentation): Promise<AugmentationSource> {
  const plugin = await loadPluginFromUrl(planned.url, 'augmentation');
  const options = await optionsOf(plugin.options, planned.rawOptions);
  return { ...planned, kind: 'augmentation', plugin, options };
}

async function optionsOf(schema: OptionsSchema | undefined, written: Json): Promise<unknown> {
  const checked = await schema?.['~standard'].validate(written);
  return checked !== undefined && 'value' in checked ? checked.value : written;
}

/** A data set may keep the memory of its samples: it is copied before it is handed over. */
function owned(result: ReadResult): ReadResult {
  if (!('sample' in result)) return result;
  const { sample } = result;
  return {
    ...result,
    sample: {
      id: sample.id,
      size: [...sample.size],
      image: sample.image.slice(),
      ...(sample.labels && { labels: sample.labels.slice() }),
      ...(sample.weight && { weight: sample.weight.slice() }),
      ...(sample.spacing && { spacing: [...sample.spacing] }),
    },
  };
}

/** Memory that goes to the main thread without being copied; a batch's is shared already. */
function memoryOf(result: ReadResult): ArrayBuffer[] {
  const arrays =
    'sample' in result
      ? [result.images, result.sample.image, result.sample.labels, result.sample.weight]
      : [];
  return arrays.flatMap((array) => (array === undefined ? [] : [array.buffer as ArrayBuffer]));
}
