import type { Facts, Loss, LossPlugin } from '@raremask/core';
import { ConformanceError, type Place } from '../errors.ts';
import { type Batch, randomBatch } from '../trial/batch.ts';
import { inEveryCase, isRefusal } from '../trial/cases.ts';
import { make, whereOf } from '../trial/make.ts';
import { NoGradient } from '../trial/noGradient.ts';
import { TASKS } from '../trial/tasks.ts';
import { type Evaluation, evaluate, WrongValue } from '../trial/valueAndGradient.ts';
import { lossShape, lossThrows, withoutGradient } from './faults.ts';

/** Of whatever laws draw by chance. */
export const SEED = 1;

/** A loss under trial: one plugin with one set of options in one task. */
export interface LossSubject {
  readonly plugin: LossPlugin;
  readonly written: unknown;
  /** With defaults. */
  readonly options: unknown;
  readonly facts: Facts;
  readonly loss: Loss;
  /** What messages begin with. */
  readonly where: string;
  /** What the plugin says of itself with these options. */
  readonly pools: boolean;
}

/** Makes the loss in every task, one after the other, and hands it to a law. */
export async function inEveryTask(
  plugin: LossPlugin,
  optionSets: readonly unknown[],
  tasks: readonly Facts[] = TASKS,
  law: (subject: LossSubject) => Promise<void>,
): Promise<void> {
  for (const written of optionSets) {
    const open = async (facts: Facts) => {
      const { product: loss, options, dispose } = await make(plugin, written, { facts });
      const where = whereOf(plugin, written, facts);
      const pools = plugin.poolsBatch?.(options) ?? false;
      return { subject: { plugin, written, options, facts, loss, where, pools }, dispose };
    };
    await inEveryCase(tasks, open, law, whereOf(plugin, written));
  }
}

/** The batch that most laws try. */
export function random({ facts }: LossSubject): Batch {
  return randomBatch(facts, SEED);
}

/** What messages say of a batch. */
export function place({ where }: LossSubject, { label }: Batch): Place {
  return { where, label };
}

/** Values and gradient; what the loss throws gets its place. */
export async function evaluated(subject: LossSubject, batch: Batch): Promise<Evaluation> {
  try {
    return await evaluate(subject.loss, batch);
  } catch (error) {
    throw told(subject, batch, error);
  }
}

/** What came of a call, with its place. */
function told(subject: LossSubject, batch: Batch, error: unknown): unknown {
  if (isRefusal(error) || error instanceof ConformanceError) return error;
  const at = place(subject, batch);
  if (error instanceof WrongValue) return lossShape(at, batch.images, error);
  if (error instanceof NoGradient) return withoutGradient(at, error.gap);
  return lossThrows(at, error);
}

/** Sum of the values. */
export async function totalOfSubject(subject: LossSubject, batch: Batch): Promise<number> {
  return (await evaluated(subject, batch)).values.reduce((sum, value) => sum + value, 0);
}

/** What the loss throws in work gets its place. */
export function guarded<T>(subject: LossSubject, batch: Batch, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw told(subject, batch, error);
  }
}
