import { type Facts, isRaremaskError, type Model, type ModelPlugin } from '@raremask/core';
import type { Place } from '../errors.ts';
import { MIXED, surveyOf } from '../sampler/stock.ts';
import { make, whereOf } from '../trial/make.ts';
import { NoGradient } from '../trial/noGradient.ts';
import { difference, list } from '../trial/valueAndGradient.ts';
import { modelNotFinite, modelThrows, modelWithoutGradient, parameterFault } from './faults.ts';
import { type Answer, answerOf, type Call, gradientsOf, type Plain } from './forward.ts';
import { parameterFaults } from './parameterFaults.ts';

/** A model under trial: one plugin with one set of options in one task. */
export interface ModelSubject {
  readonly facts: Facts;
  readonly model: Model;
  /** What messages begin with. */
  readonly where: string;
  /** Another one, made of the same things. */
  another(seed?: number): Promise<Model>;
}

export const SEED = 1;
export const MODES = ['train', 'infer'] as const;

export async function opened(plugin: ModelPlugin, written: unknown, facts: Facts) {
  const makings: { dispose(): Promise<void> }[] = [];
  const dispose = async () => {
    for (const making of makings) await making.dispose();
  };
  const another = async (seed = SEED): Promise<Model> => {
    const given = structuredClone(facts);
    const made = await make(plugin, written, {
      facts: given,
      survey: surveyOf(MIXED, given),
      seed,
    });
    makings.push(made);
    return made.product;
  };
  const model = await another();
  const where = whereOf(plugin, written, facts);
  const [declared] = parameterFaults(model, facts);
  if (declared !== undefined) {
    await dispose();
    throw parameterFault(where, declared);
  }
  const subject: ModelSubject = { facts, model, where, another };
  return { subject, dispose };
}

export function place({ where }: ModelSubject, { label }: Call): Place {
  return { where, label };
}

/** What comes of a call; what the model throws gets its place. */
export async function answered(subject: ModelSubject, call: Call): Promise<Answer> {
  try {
    return await answerOf(subject.model, call);
  } catch (error) {
    throw modelThrows(place(subject, call), error);
  }
}

export async function differentiated(
  subject: ModelSubject,
  call: Call,
  of: 'logits' | 'outputs' = 'logits',
) {
  try {
    return await gradientsOf(subject.model, call, of);
  } catch (error) {
    if (error instanceof NoGradient) throw modelWithoutGradient(place(subject, call), error.gap);
    throw modelThrows(place(subject, call), error);
  }
}

export function guarded<T>(subject: ModelSubject, call: Call, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw modelThrows(place(subject, call), error);
  }
}

export function requireFinite(
  subject: ModelSubject,
  call: Call,
  what: string,
  values: readonly number[],
): void {
  if (!values.every(Number.isFinite)) {
    throw modelNotFinite(
      place(subject, call),
      what,
      list(values.filter((x) => !Number.isFinite(x))),
    );
  }
}

/**
 * True where a call with the first weights of one of several seeds shows it. Of a small network, one
 * of them may have units that are always silent.
 */
export async function someCall(
  subject: ModelSubject,
  shows: (source: Model, seed: string) => Promise<boolean>,
): Promise<boolean> {
  for (let draw = 0; draw < 8; draw++) {
    if (await shows(await subject.another(SEED + draw), `draw ${draw}`)) return true;
  }
  return false;
}

/** To the last digit: what one part of a network adds may be small. */
export function logitsDiffer(one: Answer, two: Answer): boolean {
  return difference(one.logits.values, two.logits.values, 0) !== undefined;
}

/** True for an error that tells the user what to do, whoever threw it. */
export function isClear(error: unknown): boolean {
  return isRaremaskError(error) && error.category !== 'plugin';
}

export function joined(buffers: readonly Plain[] | undefined): readonly number[] {
  return (buffers ?? []).flatMap(({ values }) => values);
}
