import { type Dataset, type DatasetPlugin, isRaremaskError, type Sample } from '@raremask/core';
import { type Made, make, whereOf } from '../trial/make.ts';
import { datasetThrows } from './faults.ts';

/** A data set under trial: one plugin with one set of options. */
export interface DatasetSubject {
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

export async function opened(
  plugin: DatasetPlugin,
  written: unknown,
  folder: string,
  most: number,
) {
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
export function spread(ids: readonly string[], most: number): readonly string[] {
  if (!Array.isArray(ids) || ids.length <= most) return ids;
  return Array.from(
    { length: most },
    (_, at) => ids[Math.round((at * (ids.length - 1)) / Math.max(1, most - 1))]!,
  );
}

/** Reads a sample; what the data set throws gets its place. */
export async function sampleOf({ dataset, where }: DatasetSubject, id: string): Promise<Sample> {
  const { value, error } = await settled(() => dataset.read(id));
  if (error !== undefined) throw datasetThrows(where, `read(${JSON.stringify(id)})`, error);
  return value!;
}

export function asked<T>({ where }: DatasetSubject, call: string, ask: () => T): T {
  try {
    return ask();
  } catch (error) {
    throw datasetThrows(where, call, error);
  }
}

/** What came, or what was thrown, at once or later. */
export async function settled<T>(
  work: () => T | Promise<T>,
): Promise<{ readonly value?: T; readonly error?: unknown }> {
  try {
    return { value: await work() };
  } catch (error) {
    return { error: error ?? new Error('nothing') };
  }
}

/** True for an error that tells the user what to do, whoever threw it. */
export function isClear(error: unknown): boolean {
  return isRaremaskError(error) && error.category !== 'plugin';
}
