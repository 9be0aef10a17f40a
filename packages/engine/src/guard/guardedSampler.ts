import type { Draw, Json, Sampler } from '@raremask/core';
import { calling } from './calling.ts';
import { samplerFailed, samplerResult } from './errors.ts';
import { lostInJson, WHAT_JSON_KEEPS } from './json.ts';

export interface SamplerPlace {
  /** What messages begin with, for example `sampler (mine)`. */
  readonly place: string;
  /** Of the plugin's module. */
  readonly url: string | undefined;
  /** Samples that it may draw: those of the training split. */
  readonly ids: readonly string[];
}

/**
 * A sampler of which no wrong batch gets through: what is wrong is thrown with its place in the manifest, and
 * what it throws with the line of its own file.
 */
export function guardedSampler(sampler: Sampler, { place, url, ids }: SamplerPlace): Sampler {
  const called = calling((what, cause) => samplerFailed(place, what, cause, url));
  const known = new Set(ids);
  return {
    batches(epoch) {
      const what = `batches(${epoch})`;
      // A generator throws only when it is gone through.
      const batches: unknown = called(what, () => {
        const given: unknown = sampler.batches(epoch);
        return isIterable(given) ? [...given] : given;
      });
      if (!Array.isArray(batches)) {
        throw samplerResult(place, `no batches for epoch ${epoch}`, 'lists of draws', say(batches));
      }
      for (const [index, batch] of batches.entries()) {
        checkBatch(batch, `batch ${index} of epoch ${epoch}`, place, known);
      }
      return batches as (readonly Draw[])[];
    },
    ...(sampler.observe !== undefined && {
      observe: (outcomes, epoch) =>
        called(`observe, epoch ${epoch}`, () => sampler.observe!(outcomes, epoch)),
    }),
    ...(sampler.state !== undefined && {
      state() {
        const state = called('state', () => sampler.state!());
        const lost = called('state', () => lostInJson(state));
        if (lost === undefined) return state;
        throw samplerResult(place, 'a state that a checkpoint cannot hold', WHAT_JSON_KEEPS, lost);
      },
    }),
    ...(sampler.restore !== undefined && {
      restore: (state: Json) => called('restore', () => sampler.restore!(state)),
    }),
    ...(sampler.window !== undefined && { window: sampler.window }),
  };
}

function checkBatch(
  batch: unknown,
  what: string,
  place: string,
  known: ReadonlySet<string>,
): asserts batch is readonly Draw[] {
  if (!Array.isArray(batch) || batch.length === 0) {
    throw samplerResult(place, `no ${what}`, 'a list of draws, not empty', say(batch));
  }
  for (const draw of batch as readonly unknown[]) {
    const id: unknown = typeof draw === 'object' && draw !== null && 'id' in draw ? draw.id : null;
    if (typeof id === 'string' && known.has(id)) continue;
    const expected = 'draws with the id of a sample of the training split';
    throw samplerResult(place, `a draw of another sample in ${what}`, expected, say(id ?? draw));
  }
}

function isIterable(value: unknown): value is Iterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.iterator in value;
}

function say(value: unknown): string {
  if (value instanceof Promise) return 'a promise';
  return value === undefined ? 'nothing' : JSON.stringify(value);
}
