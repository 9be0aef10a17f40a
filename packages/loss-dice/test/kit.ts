import { type LossCheckOptions, lossChecks } from '@raremask/conformance';
import type { LossPlugin } from '@raremask/core';
import { describe, test } from 'vitest';
import { TASKS } from '../../conformance/src/trial/tasks.ts';
import { type Subject, suits } from './options.ts';

interface Tried extends LossCheckOptions {
  readonly plugin: LossPlugin;
  /** Only for classes of this kind. */
  readonly kind?: Subject['kind'];
}

const full = process.env.RAREMASK_FULL === '1';

/**
 * Runs the conformance kit on losses of one package. The first is tried in every task, the others in two of the five by
 * turn: what they share is tried with the first, and the plain JavaScript of a loss in a task takes seconds.
 */
export function describeConformance(losses: readonly Tried[]): void {
  describe.each(losses.map((loss, index) => ({ ...loss, name: loss.plugin.name, index })))(
    '$name',
    ({ plugin, index, kind, name: _, ...known }) => {
      if (full || index === 0) {
        test.each(lossChecks(plugin, known))('$name', ({ run }) => run());
        return;
      }
      const tasks = TASKS.filter((facts) => suits({ kind }, facts));
      test.skip('in every other task (with npm run test:full)', () => undefined);
      for (const turn of [index, index + 2]) {
        const facts = tasks[turn % tasks.length]!;
        test.each(lossChecks(plugin, { ...known, facts }))(
          `$name, task ${TASKS.indexOf(facts) + 1}`,
          ({ run }) => run(),
        );
      }
    },
  );
}
