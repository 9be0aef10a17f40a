import type { Facts, Loss, LossPlugin } from '@raremask/core';
import { inEveryCase } from '../trial/cases.ts';
import { make, whereOf } from '../trial/make.ts';
import { TASKS } from '../trial/tasks.ts';

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
    await inEveryCase(tasks, open, law);
  }
}
