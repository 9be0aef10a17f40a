import type { Draw, Facts, Json, Outcome, Sampler, SamplerPlugin, Survey } from '@raremask/core';
import { createRandom } from '@raremask/core/host';
import type { Place } from '../errors.ts';
import { make, whereOf } from '../trial/make.ts';
import { planOf, thrown } from './plan.ts';
import { type Stock, surveyOf } from './stock.ts';

/** A sampler under trial: one plugin with one set of options, some images and a task. */
export interface SamplerSubject {
  /** What was given to it, and how that was. */
  readonly facts: Facts;
  readonly survey: Survey;
  readonly original: Facts;
  readonly stock: Stock;
  readonly batchSize: number;
  readonly sampler: Sampler;
  readonly place: Place;
  /** Another one, made of the same things. */
  another(seed?: number): Promise<Sampler>;
}

export interface Case {
  readonly facts: Facts;
  readonly stock: Stock;
  readonly batchSize: number;
}

export const SEED = 1;

/** Epochs 0, 1, ... that the checks look at. */
export function epochs(): number[] {
  return [0, 1, 2, 3];
}

export async function opened(
  plugin: SamplerPlugin,
  written: unknown,
  { facts, stock, batchSize }: Case,
) {
  const makings: { dispose(): Promise<void> }[] = [];
  const dispose = async () => {
    for (const making of makings) await making.dispose();
  };
  const makeOne = async (seed: number) => {
    const given = structuredClone(facts);
    const survey = surveyOf(stock, given);
    const made = await make(plugin, written, { facts: given, survey, batchSize, seed });
    makings.push(made);
    return { sampler: made.product, facts: given, survey };
  };
  const place = {
    where: whereOf(plugin, written, facts),
    label: `${stock.label}, batches of ${batchSize}`,
  };
  try {
    const one = await makeOne(SEED);
    // What the images do not allow may be said as late as this.
    planOf(one.sampler, 0, place);
    const subject: SamplerSubject = {
      ...one,
      original: facts,
      stock,
      batchSize,
      place,
      another: async (seed = SEED) => (await makeOne(seed)).sampler,
    };
    return { subject, dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}

/** What becomes of a batch: numbers that follow from what it is and when it comes. */
export function hear(
  sampler: Sampler,
  draws: readonly Draw[],
  epoch: number,
  step: number,
  place: Place,
): void {
  const random = createRandom(`outcomes ${epoch} ${step}`);
  const outcomes = draws.map(
    (draw): Outcome => ({
      draw,
      loss: 2 * random.next(),
      alarms: random.next(),
    }),
  );
  try {
    sampler.observe?.(outcomes, epoch);
  } catch (error) {
    throw thrown(error, { ...place, label: `${place.label}, observe` });
  }
}

export function stateOf(sampler: Sampler, place: Place): Json {
  try {
    return sampler.state?.() ?? null;
  } catch (error) {
    throw thrown(error, { ...place, label: `${place.label}, state` });
  }
}

export function restore(sampler: Sampler, text: string, place: Place): void {
  try {
    sampler.restore?.(JSON.parse(text));
  } catch (error) {
    throw thrown(error, { ...place, label: `${place.label}, restore` });
  }
}
