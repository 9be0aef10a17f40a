import type { TrackerPlugin } from '@raremask/core';
import { type Check, reportedOnce } from '../check.ts';
import { pluginChecks } from '../pluginChecks.ts';
import { withEveryOptions } from '../trial/everyOptions.ts';
import { givenLaws } from './laws/given.ts';
import { hearingLaws } from './laws/hearing.ts';
import { subjectOf } from './subject.ts';

/** What the author knows of a tracker. */
export interface TrackerCheckOptions {
  /** Sets of options as a manifest writes them, such as the address of a server that is there. */
  readonly options?: readonly unknown[];
}

/** Checks that every tracker must pass. They tell it made-up runs, in folders that are gone afterwards. */
export function trackerChecks(
  plugin: TrackerPlugin,
  { options = [{}] }: TrackerCheckOptions = {},
): readonly Check[] {
  const laws = [...hearingLaws(), ...givenLaws()];
  return reportedOnce([
    ...pluginChecks(plugin, 'tracker', options),
    ...laws.map(({ name, holds }) => ({
      name,
      run: () => withEveryOptions(plugin, options, subjectOf, holds),
    })),
  ]);
}
