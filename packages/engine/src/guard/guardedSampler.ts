import type { Draw, Json, Sampler } from '@raremask/core';
import { calling } from './calling.ts';
import { samplerFailed, samplerResult } from './errors.ts';
import { lostInJson, WHAT_JSON_KEEPS } from './json.ts';
import { refusePromise } from './promised.ts';

export interface SamplerPlace {
  /** What messages begin with, for example `sampler (mine)`. */
  readonly place: string;
  /** Of the plugin's module. */
  readonly url: string | undefined;
  /** Samples that it may draw: those of the training split. */
  readonly ids: readonly string[];
  /** Draws of a batch. */
  readonly batch: number;
}

/**
 * A sampler of which no wrong batch gets through: what is wrong is thrown with its place in the manifest, and
 * what it throws with the line of its own file.
 */
export function guardedSampler(
  sampler: Sampler,
  { place, url, ids, batch: most }: SamplerPlace,
): Sampler {
  const called = calling((what, cause) => samplerFailed(place, what, cause, url));
  const known = new Set(ids);
  const window = called('window', () => checkedExtents(sampler.window, place));
  return {
    // A generator throws only when it is gone through, and a getter when a draw is looked at.
    batches: (epoch, positionOf) =>
      called(`batches(${epoch})`, () => {
        const given: unknown = sampler.batches(epoch, positionOf);
        const batches = isIterable(given) ? listed(given, mostDraws(ids), place, epoch) : given;
        if (!Array.isArray(batches)) {
          throw samplerResult(place, `no batches for epoch ${epoch}`, 'lists of draws', say(given));
        }
        for (const [index, batch] of batches.entries()) {
          const what = `batch ${index} of epoch ${epoch}`;
          checkBatch(batch, what, place, known);
          checkLength(batch.length, what, place, { most, isLast: index === batches.length - 1 });
        }
        return batches as (readonly Draw[])[];
      }),
    ...(sampler.observe !== undefined && {
      observe(outcomes, epoch) {
        const what = `observe, epoch ${epoch}`;
        const given: unknown = called(what, () => sampler.observe!(outcomes, epoch));
        refusePromise(given, what, (...wrong) => samplerResult(place, ...wrong));
      },
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
    ...(window !== undefined && { window }),
  };
}

/** Draws of an epoch after which it is taken for one without an end. */
function mostDraws(ids: readonly string[]): number {
  return Math.max(1e6, 1000 * ids.length);
}

function listed(batches: Iterable<unknown>, most: number, place: string, epoch: number): unknown[] {
  const list: unknown[] = [];
  let draws = 0;
  for (const batch of batches) {
    list.push(batch);
    draws += Array.isArray(batch) ? Math.max(batch.length, 1) : 1;
    if (draws <= most) continue;
    const got = `${list.length} batches, and no end`;
    throw samplerResult(place, `an epoch ${epoch} without an end`, `at most ${most} draws`, got);
  }
  return list;
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
    if (typeof id === 'string' && known.has(id)) {
      checkWindow(draw as Draw, what, place);
      continue;
    }
    const expected = 'draws with the id of a sample of the training split';
    throw samplerResult(place, `a draw of another sample in ${what}`, expected, say(id ?? draw));
  }
}

/** Other lengths would be steps that the manifest does not describe. */
function checkLength(
  draws: number,
  what: string,
  place: string,
  { most, isLast }: { readonly most: number; readonly isLast: boolean },
): void {
  if (draws === most || (isLast && draws < most)) return;
  const expected = isLast ? `1 to ${most} draws` : `${most} draws, as train.batch says`;
  throw samplerResult(place, `a wrong number of draws in ${what}`, expected, String(draws));
}

function checkedExtents(window: unknown, place: string): Sampler['window'] {
  if (window === undefined || areExtents(window)) return window;
  const expected = 'a list of whole numbers from 1, or nothing';
  throw samplerResult(place, 'an unusable size of its windows (window)', expected, say(window));
}

function areExtents(list: unknown): list is readonly number[] {
  return isWhole(list) && list.every((extent) => extent > 0);
}

function isWhole(list: unknown): list is readonly number[] {
  return Array.isArray(list) && list.every((one) => Number.isInteger(one));
}

/** How its box lies on the image is looked at where the image is known. */
function checkWindow({ id, window }: Draw, what: string, place: string): void {
  if (window === undefined) return;
  const { origin, size } = (window ?? {}) as Partial<NonNullable<Draw['window']>>;
  if (isWhole(origin) && areExtents(size)) return;
  const expected = '{ origin, size }, a list of whole numbers each, sizes from 1';
  throw samplerResult(place, `an unusable window of ${id} in ${what}`, expected, say(window));
}

function isIterable(value: unknown): value is Iterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.iterator in value;
}

function say(value: unknown): string {
  if (value instanceof Promise) return 'a promise';
  if (value === undefined) return 'nothing';
  if (value instanceof Object && Symbol.asyncIterator in value) return 'an async iterator';
  // JSON has no word for NaN and infinity.
  return JSON.stringify(value, (_, one: unknown) =>
    typeof one === 'number' && !Number.isFinite(one) ? String(one) : one,
  );
}
