import type { Facts, Plugin, ProductByKind } from '@raremask/core';
import { inEveryCase } from './cases.ts';
import { make, whereOf } from './make.ts';
import { task } from './tasks.ts';

/** What the subject of a law is made of, with one set of options in one task. */
export interface Trial<K extends Plugin['kind']> {
  readonly facts: Facts;
  /** A plugin's product that nobody has used yet. */
  fresh(): Promise<ProductByKind[K]>;
  /** What messages begin with. */
  readonly where: string;
  /** Called when the law has held, or not. */
  atEnd(dispose: () => Promise<void>): void;
}

/**
 * Tries a law with every set of options of a plugin that needs no more than a task.
 *
 * @param tasks in which it is tried, and which messages name; left out, one that says nothing
 */
export async function withEveryOptions<K extends Plugin['kind'], S>(
  plugin: Extract<Plugin, { kind: K }>,
  optionSets: readonly unknown[],
  subjectOf: (trial: Trial<K>) => Promise<S>,
  holds: (subject: S) => Promise<void>,
  tasks?: readonly Facts[],
): Promise<void> {
  for (const written of optionSets) {
    const open = async (facts: Facts) => {
      const made: (() => Promise<void>)[] = [];
      const subject = await subjectOf({
        facts,
        async fresh() {
          const { product, dispose } = await make<K>(plugin, written, { facts });
          made.push(dispose);
          return product;
        },
        where: whereOf(plugin, written, tasks && facts),
        atEnd: (dispose) => void made.push(dispose),
      });
      const dispose = async () => {
        for (const one of made) await one();
      };
      return { subject, dispose };
    };
    await inEveryCase(tasks ?? [task('exclusive', 2, 2)], open, holds, whereOf(plugin, written));
  }
}
