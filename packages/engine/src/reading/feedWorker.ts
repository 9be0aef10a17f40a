import { parentPort, workerData } from 'node:worker_threads';
import { folder, type Log } from '@raremask/core';
import { createHost, loadPluginFromUrl } from '@raremask/core/host';
import { BatchMemory } from './batchMemory.ts';
import { packError } from './carriedError.ts';
import type { FeedPlan, ReadResult } from './plan.ts';
import type { Answer, Request } from './readerThreads.ts';
import { SampleReader } from './sampleReader.ts';

const plan = workerData as FeedPlan;
const port = parentPort!;

/** What a data set says, the main thread's one has said already. */
const silent: Log = { info: () => {}, warn: () => {} };

const memory = new BatchMemory();

const reader = openReader().catch((error: unknown) => {
  answer({ kind: 'unable', error: packError(error) });
});

port.on('message', async ({ job, free }: Request) => {
  memory.give(free);
  const opened = await reader;
  if (opened === undefined) return;
  try {
    const result = owned(await opened.run(job));
    answer({ kind: 'result', result }, memoryOf(result));
  } catch (error) {
    answer({ kind: 'error', error: packError(error) });
  }
});

function answer(message: Answer, handedOver: ArrayBuffer[] = []): void {
  port.postMessage(message, handedOver);
}

/** Makes the data set as the main thread has made it, and checked its options there. */
async function openReader(): Promise<SampleReader> {
  const { url, rawOptions, folder: start } = plan.dataset;
  const plugin = await loadPluginFromUrl(url, 'dataset');
  const scope = createHost().run({ seed: plan.seed, log: silent });
  scope.provide(folder, () => start);
  const checked = await plugin.options?.['~standard'].validate(rawOptions);
  const options = checked !== undefined && 'value' in checked ? checked.value : rawOptions;
  const dataset = await scope.make({ kind: 'dataset', plugin, options, place: 'data' });
  return new SampleReader(dataset, plan, memory);
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
