import type { OptimizerPlugin } from '@raremask/core';
import { type Check, reportedOnce } from '../check.ts';
import { pluginChecks } from '../pluginChecks.ts';
import { withEveryOptions } from '../trial/everyOptions.ts';
import { formLaws } from './laws/form.ts';
import { motionLaws } from './laws/motion.ts';
import { purityLaws } from './laws/purity.ts';
import { subjectOf } from './subject.ts';

/** What the author knows of an optimizer. */
export interface OptimizerCheckOptions {
  /** Sets of options as a manifest writes them; left out, one without any option. */
  readonly options?: readonly unknown[];
  /** Largest relative difference of two numbers that should be equal; left out, 1e-5. */
  readonly tolerance?: number;
}

/** Checks that every optimizer must pass, on the tfjs backend that is set. */
export function optimizerChecks(
  plugin: OptimizerPlugin,
  { options = [{}], tolerance = 1e-5 }: OptimizerCheckOptions = {},
): readonly Check[] {
  const laws = [...formLaws(), ...motionLaws(tolerance), ...purityLaws()];
  return reportedOnce([
    ...pluginChecks(plugin, 'optimizer', options),
    ...laws.map(({ name, holds }) => ({
      name,
      run: () => withEveryOptions(plugin, options, subjectOf, holds),
    })),
  ]);
}
