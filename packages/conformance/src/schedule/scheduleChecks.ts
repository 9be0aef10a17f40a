import type { SchedulePlugin } from '@raremask/core';
import { type Check, reportedOnce } from '../check.ts';
import { pluginChecks } from '../pluginChecks.ts';
import { withEveryOptions } from '../trial/everyOptions.ts';
import { factorLaws } from './laws/factor.ts';
import { purityLaws } from './laws/purity.ts';
import { stateLaws } from './laws/state.ts';
import { subjectOf } from './subject.ts';

/** What the author knows of a schedule. */
export interface ScheduleCheckOptions {
  /** Sets of options as a manifest writes them; left out, one without any option. */
  readonly options?: readonly unknown[];
}

/** Checks that every schedule must pass. They need no backend. */
export function scheduleChecks(
  plugin: SchedulePlugin,
  { options = [{}] }: ScheduleCheckOptions = {},
): readonly Check[] {
  const laws = [...factorLaws(), ...stateLaws(), ...purityLaws()];
  return reportedOnce([
    ...pluginChecks(plugin, 'schedule', options),
    ...laws.map(({ name, holds }) => ({
      name,
      run: () => withEveryOptions(plugin, options, subjectOf, holds),
    })),
  ]);
}
