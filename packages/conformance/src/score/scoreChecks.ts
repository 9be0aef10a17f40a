import type { Facts, ScorePlugin } from '@raremask/core';
import { type Check, reportedOnce } from '../check.ts';
import { pluginChecks } from '../pluginChecks.ts';
import { withEveryOptions } from '../trial/everyOptions.ts';
import { directionLaws } from './laws/direction.ts';
import { numberLaws } from './laws/numbers.ts';
import { purityLaws } from './laws/purity.ts';
import { textLaws } from './laws/text.ts';
import { SCORE_TASKS, subjectOf } from './subject.ts';

/** What the author knows of a score. */
export interface ScoreCheckOptions {
  /** Sets of options as a manifest writes them; left out, one without any option. */
  readonly options?: readonly unknown[];
  /** The only task to try; left out, four are tried: 2-D and 3-D, exclusive and overlapping. */
  readonly facts?: Facts;
  /** Largest relative difference of two numbers that should be equal; left out, 1e-9. */
  readonly tolerance?: number;
}

/** Checks that every score must pass. They need no backend. */
export function scoreChecks(
  plugin: ScorePlugin,
  { options = [{}], facts, tolerance = 1e-9 }: ScoreCheckOptions = {},
): readonly Check[] {
  const tasks = facts === undefined ? SCORE_TASKS : [facts];
  const laws = [...textLaws(), ...numberLaws(), ...directionLaws(tolerance), ...purityLaws()];
  return reportedOnce([
    ...pluginChecks(plugin, 'score', options),
    ...laws.map(({ name, holds }) => ({
      name,
      run: () => withEveryOptions(plugin, options, subjectOf, holds, tasks),
    })),
  ]);
}
