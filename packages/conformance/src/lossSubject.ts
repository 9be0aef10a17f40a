import { type Facts, isRaremaskError, type Loss, type LossPlugin } from '@raremask/core';
import { type Made, make, whereOf } from './make.ts';
import { TASKS } from './tasks.ts';

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

/**
 * Makes the loss in every task, one after the other, and hands it to a law. A task that the plugin
 * refuses with these options is left out, unless it refuses them all.
 */
export async function inEveryTask(
  plugin: LossPlugin,
  optionSets: readonly unknown[],
  tasks: readonly Facts[] = TASKS,
  law: (subject: LossSubject) => Promise<void>,
): Promise<void> {
  for (const written of optionSets) {
    let refusal: unknown;
    let accepted = 0;
    for (const facts of tasks) {
      let made: Made<'loss'>;
      try {
        made = await make(plugin, written, { facts });
      } catch (error) {
        if (!isRaremaskError(error) || error.category === 'plugin') throw error;
        refusal = error;
        continue;
      }
      accepted += 1;
      try {
        const { product: loss, options } = made;
        const where = whereOf(plugin, written, facts);
        const pools = plugin.poolsBatch?.(options) ?? false;
        await law({ plugin, written, options, facts, loss, where, pools });
      } finally {
        await made.dispose();
      }
    }
    if (accepted === 0) throw refusal;
  }
}
