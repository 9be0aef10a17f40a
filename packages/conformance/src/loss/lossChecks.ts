import type { Facts, LossPlugin } from '@raremask/core';
import { type Check, reportedOnce } from '../check.ts';
import { pluginChecks } from '../pluginChecks.ts';
import { TASKS } from '../trial/tasks.ts';
import { gradientLaws } from './laws/gradient.ts';
import { orderLaws } from './laws/order.ts';
import { purityLaws } from './laws/purity.ts';
import { valueLaws } from './laws/value.ts';
import { weightLaws } from './laws/weights.ts';
import { inEveryTask } from './subject.ts';

/** What the author knows of a loss. */
export interface LossCheckOptions {
  /** Sets of options as a manifest writes them; left out, one without any option. */
  readonly options?: readonly unknown[];
  /** The only task to try; left out, five tasks are tried: 2-D and 3-D, exclusive and overlapping. */
  readonly facts?: Facts;
  /** Largest relative difference of two numbers that should be equal; left out, 1e-4. */
  readonly tolerance?: number;
  /** False for a loss that sees the neighbourhood of a pixel (distances, skeletons, structures). */
  readonly local?: boolean;
  /** False where options treat foreground classes apart by their place, such as a list of weights. */
  readonly alike?: boolean;
  readonly expects?: {
    /** At as many hits, missed pixels cost more (true) or less (false) than false alarms. */
    readonly missCostsMore?: boolean;
    /** Name of the numeric option that weighs false alarms. */
    readonly alarmOption?: string;
    /** Name of the numeric option that weighs missed pixels. */
    readonly missOption?: string;
  };
}

/** Checks that every loss must pass, on the tfjs backend that is set. */
export function lossChecks(
  plugin: LossPlugin,
  {
    options = [{}],
    facts,
    tolerance = 1e-4,
    local = true,
    alike = true,
    expects = {},
  }: LossCheckOptions = {},
): readonly Check[] {
  const tasks = facts === undefined ? TASKS : [facts];
  const known = { tolerance, local, alike, everyTask: facts === undefined, expects };
  const laws = [
    ...valueLaws(known),
    ...weightLaws(known),
    ...orderLaws(known),
    ...gradientLaws(),
    ...purityLaws(known),
  ];
  return reportedOnce([
    ...pluginChecks(plugin, 'loss', options),
    ...laws.map(({ name, holds }) => ({
      name,
      run: () => inEveryTask(plugin, options, tasks, holds),
    })),
  ]);
}
