import { type Dataset, isRaremaskError, type RaremaskError } from '@raremask/core';
import type { Waiting } from '../guard/waiting.ts';
import { groupFailed } from './errors.ts';

/** Why samples cannot be used, by id. */
export class BrokenSamples {
  readonly #reasons = new Map<string, RaremaskError>();

  /** The first reason of a sample stays. */
  add(id: string, reason: RaremaskError): void {
    if (!this.#reasons.has(id)) this.#reasons.set(id, reason);
  }

  has(id: string): boolean {
    return this.#reasons.has(id);
  }

  get reasons(): ReadonlyMap<string, RaremaskError> {
    return this.#reasons;
  }
}

interface TolerantOptions {
  /** What messages call it. */
  readonly place: string;
  /** Its own, copied. */
  readonly ids: readonly string[];
  readonly broken: BrokenSamples;
  readonly waiting: Waiting;
}

/**
 * A data set in which whatever it throws of one sample breaks that sample, and nothing else.
 */
export function tolerant(
  dataset: Dataset,
  { place, ids, broken, waiting }: TolerantOptions,
): Dataset {
  return {
    ...dataset,
    facts: dataset.facts,
    ids,
    read: (id) => dataset.read(id),
    group: tolerantGroup(dataset, broken),
    ...(dataset.fingerprint && {
      fingerprint: (id: string) =>
        waiting.for(`${place}, fingerprint of ${id}`, dataset.fingerprint!(id)),
    }),
    ...(dataset.source && { source: (id: string) => dataset.source!(id) }),
    ...(dataset.files && { files: (id: string) => dataset.files!(id) }),
    ...(dataset.dispose && { dispose: () => dataset.dispose!() }),
  };
}

/** A sample whose group cannot be told is broken, and counts as of none. */
export function tolerantGroup(
  dataset: Pick<Dataset, 'group'>,
  broken: BrokenSamples,
): Dataset['group'] {
  return (id) => {
    try {
      return dataset.group(id);
    } catch (error) {
      broken.add(id, isRaremaskError(error) ? error : groupFailed(id, error));
      return undefined;
    }
  };
}
