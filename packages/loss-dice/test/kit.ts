import { type LossCheckOptions, lossChecks } from '@raremask/conformance';
import type { LossPlugin } from '@raremask/core';
import { describe, test } from 'vitest';
import { further } from '../../../test/further.ts';
import { TASKS } from '../../conformance/src/trial/tasks.ts';
import { type Subject, suits } from './options.ts';

interface Tried extends LossCheckOptions {
  readonly plugin: LossPlugin;
  /** Only for classes of this kind. */
  readonly kind?: Subject['kind'];
}

/**
 * Runs the conformance kit on losses of one package. The first is tried in every task, the others in two of the five by
 * turn: what they share is tried with the first, and the plain JavaScript of a loss in a task takes seconds.
 */
export function describeConformance(losses: readonly Tried[]): void {
  describe.each(losses.map((loss, index) => ({ ...loss, name: loss.plugin.name, index })))(
    '$name',
    ({ plugin, index, kind, name: _, ...known }) => {
      const whole = index === 0 ? [known] : further('in every other task', [known]);
      for (const options of whole) {
        test.each(lossChecks(plugin, options))('$name', ({ run }) => run());
      }
      if (whole.length > 0) return;
      const tasks = TASKS.filter((facts) => suits({ kind }, facts));
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
