import type { ServicePlugin } from '@raremask/core';
import { type Check, reportedOnce } from '../check.ts';
import { pluginChecks } from '../pluginChecks.ts';
import { withEveryOptions } from '../trial/everyOptions.ts';
import { givenLaws } from './laws/given.ts';

/** What the author knows of a service. */
export interface ServiceCheckOptions {
  /** Sets of options as a manifest writes them; left out, one without any option. */
  readonly options?: readonly unknown[];
}

/** Checks that every service must pass. They need no backend. */
export function serviceChecks(
  plugin: ServicePlugin,
  { options = [{}] }: ServiceCheckOptions = {},
): readonly Check[] {
  return reportedOnce([
    ...pluginChecks(plugin, 'service', options),
    ...givenLaws().map(({ name, holds }) => ({
      name,
      run: () =>
        withEveryOptions(
          plugin,
          options,
          async ({ fresh, where }) => ({ plugin, fresh, where }),
          holds,
        ),
    })),
  ]);
}
