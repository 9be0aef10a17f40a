import type { Draw, Sampler } from '@raremask/core';
import type { Differing, Place } from '../errors.ts';
import { isRefusal } from '../trial/cases.ts';
import { endlessEpoch, malformedDraw, samplerThrows } from './faults.ts';

/** The batches of one epoch, as the sampler hands them over. */
export type Plan = readonly (readonly Draw[])[];

/** More batches than any epoch of these few images has. */
const ENDLESS = 5000;

/** Asks for an epoch as a run does, and checks that batches of draws come back. */
export function planOf(sampler: Sampler, epoch: number, place: Place): Plan {
  const plan: (readonly Draw[])[] = [];
  const label = `${place.label}, epoch ${epoch}`;
  try {
    for (const batch of sampler.batches(epoch)) {
      if (plan.length === ENDLESS) throw endlessEpoch({ ...place, label }, ENDLESS);
      plan.push(batch);
    }
  } catch (error) {
    throw thrown(error, { ...place, label });
  }
  for (const [index, batch] of plan.entries()) {
    const expected = Array.isArray(batch) ? 'draws { id, window? }' : 'a list of draws';
    const isDraw = (draw: unknown) => {
      const { id, window } = (draw ?? {}) as Partial<Draw>;
      const { origin, size } = (window ?? {}) as Partial<NonNullable<Draw['window']>>;
      const isBox = window === undefined || (Array.isArray(origin) && Array.isArray(size));
      return typeof id === 'string' && isBox;
    };
    if (Array.isArray(batch) && batch.every(isDraw)) continue;
    const where = { ...place, label: `${label}, batch ${index}` };
    throw malformedDraw(where, expected, JSON.stringify(batch) ?? 'nothing');
  }
  return plan;
}

/** What a sampler throws for its user passes; anything else gets its place. */
export function thrown(error: unknown, place: Place): unknown {
  return isRefusal(error) ? error : samplerThrows(place, error);
}

/** A copy that the sampler cannot reach. */
export function copied(plan: Plan): Plan {
  return structuredClone(plan);
}

export function describeDraws(draws: readonly Draw[]): string {
  const shown = draws.slice(0, 8).map(({ id, window }) => {
    if (window === undefined) return id;
    return `${id} at [${window.origin.join(', ')}] of [${window.size.join(', ')}]`;
  });
  return `[${shown.join('; ')}${draws.length > 8 ? '; ...' : ''}]`;
}

/** The first batch that differs. */
export function planDifference(expected: Plan, got: Plan): Differing | undefined {
  const describe = (batch: readonly Draw[] | undefined, index: number) =>
    batch === undefined ? `no batch ${index}` : `batch ${index} ${describeDraws(batch)}`;
  for (let index = 0; index < Math.max(expected.length, got.length); index++) {
    const [one, other] = [expected[index], got[index]];
    if (JSON.stringify(one) !== JSON.stringify(other)) {
      return { expected: describe(one, index), got: describe(other, index) };
    }
  }
  return undefined;
}
