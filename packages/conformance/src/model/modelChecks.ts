import type { Facts, ModelPlugin } from '@raremask/core';
import { type Check, reportedOnce } from '../check.ts';
import { pluginChecks } from '../pluginChecks.ts';
import { inEveryCase } from '../trial/cases.ts';
import { whereOf } from '../trial/make.ts';
import { task } from '../trial/tasks.ts';
import { auxiliaryLaws } from './laws/auxiliary.ts';
import { declarationLaws } from './laws/declaration.ts';
import { finiteLaws } from './laws/finite.ts';
import { gradientLaws } from './laws/gradient.ts';
import { modeLaws } from './laws/modes.ts';
import { purityLaws } from './laws/purity.ts';
import { sightLaws } from './laws/sight.ts';
import { sizeLaws } from './laws/size.ts';
import { opened } from './subject.ts';

/** What the author knows of a model. */
export interface ModelCheckOptions {
  /** Sets of options as a manifest writes them, of small models; left out, one without any option. */
  readonly options?: readonly unknown[];
  /** The only task to try; left out, four are tried: 2-D and 3-D, one channel and three. */
  readonly facts?: Facts;
  /** Largest relative difference of two numbers that should be equal; left out, 1e-4. */
  readonly tolerance?: number;
  /** False for a model whose first weights do not come from chance, such as one trained before. */
  readonly seeded?: boolean;
  readonly expects?: {
    /** With these options, training sets values to 0 by chance (true), or does not (false). */
    readonly dropout?: boolean;
    /** With these options, images of a batch are normalised together in training, or are not. */
    readonly batchStatistics?: boolean;
  };
}

const TASKS: readonly Facts[] = [
  task('exclusive', 2, 2),
  task('exclusive', 4, 2, 3),
  task('overlapping', 2, 2),
  task('exclusive', 3, 3),
];

/** Checks that every model must pass, on the tfjs backend that is set. */
export function modelChecks(
  plugin: ModelPlugin,
  { options = [{}], facts, tolerance = 1e-4, seeded = true, expects = {} }: ModelCheckOptions = {},
): readonly Check[] {
  const tasks = facts === undefined ? TASKS : [facts];
  const known = { tolerance, seeded, expects };
  const laws = [
    ...declarationLaws(known),
    ...sizeLaws(),
    ...finiteLaws(),
    ...purityLaws(known),
    ...modeLaws(known),
    ...gradientLaws(),
    ...auxiliaryLaws(),
    ...sightLaws(known),
  ];
  return reportedOnce([
    ...pluginChecks(plugin, 'model', options),
    ...laws.map(({ name, holds }) => ({
      name,
      async run() {
        for (const written of options) {
          await inEveryCase(
            tasks,
            (one) => opened(plugin, written, one),
            holds,
            whereOf(plugin, written),
          );
        }
      },
    })),
  ]);
}
