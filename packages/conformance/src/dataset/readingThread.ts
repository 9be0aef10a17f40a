import { parentPort, workerData } from 'node:worker_threads';
import type { Json, Sample } from '@raremask/core';
import { loadPluginFromUrl } from '@raremask/core/host';
import { make } from '../trial/make.ts';
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
}

/** What it answers. */
export type ThreadAnswer =
  | { readonly ids: readonly string[]; readonly samples: readonly Sample[] }
  | { readonly failure: string };

const { module, written, folder, ids } = workerData as Recipe;

async function read(): Promise<ThreadAnswer> {
  const plugin = await loadPluginFromUrl(module, 'dataset');
  const { product, dispose } = await make(plugin, written, { folder });
  const samples: Sample[] = [];
  for (const id of ids) samples.push(ownCopy(await product.read(id)));
  const answer = { ids: [...product.ids], samples };
  await dispose();
  return answer;
}

parentPort!.postMessage(
  await read().catch((error: unknown): ThreadAnswer => ({ failure: String(error) })),
);
