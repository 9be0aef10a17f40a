import { parentPort, workerData } from 'node:worker_threads';
import type { DatasetFacts, Json, Sample } from '@raremask/core';
import { loadPluginFromUrl } from '@raremask/core/host';
import { make, openReader } from '../trial/make.ts';
import { ownCopy } from './sampleFaults.ts';

/** What a thread needs to open a data set. */
export interface Recipe {
  /** File URL of the plugin's module. */
  readonly module: string;
  /** Options as a manifest writes them. */
  readonly written: Json;
  readonly folder: string;
  /** What is read. */
  readonly ids: readonly string[];
  readonly facts: DatasetFacts;
  /** Of these samples, where they are read by their sources: the thread then has no data set. */
  readonly sources?: ReadonlyMap<string, unknown>;
}

/** What it answers. */
export type ThreadAnswer =
  /** `ids` are all of the set, where it was opened. */
  | { readonly ids?: readonly string[]; readonly samples: readonly Sample[] }
  | { readonly failure: string };

const { module, written, folder, ids, facts, sources } = workerData as Recipe;

async function read(): Promise<ThreadAnswer> {
  const plugin = await loadPluginFromUrl(module, 'dataset');
  if (sources !== undefined) {
    const { product: reader, dispose } = await openReader(plugin, written, facts, folder);
    const samples = await copies((id) => reader.read(id, sources.get(id)));
    await dispose();
    return { samples };
  }
  const { product, dispose } = await make(plugin, written, { folder });
  const samples = await copies((id) => product.read(id));
  const answer = { ids: [...product.ids], samples };
  await dispose();
  return answer;
}

async function copies(readOne: (id: string) => Promise<Sample>): Promise<Sample[]> {
  const samples: Sample[] = [];
  for (const id of ids) samples.push(ownCopy(await readOne(id)));
  return samples;
}

parentPort!.postMessage(
  await read().catch((error: unknown): ThreadAnswer => ({ failure: String(error) })),
);
