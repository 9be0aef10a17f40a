import {
  type AugmentationPlugin,
  type Facts,
  facts as factsToken,
  folder,
  log,
  type Token,
} from '@raremask/core';
import { type Check, reportedOnce } from '../check.ts';
import { pluginChecks } from '../pluginChecks.ts';
import { withEveryOptions } from '../trial/everyOptions.ts';
import { task } from '../trial/tasks.ts';
import { threadServices } from './faults.ts';
import { effectLaws } from './laws/effect.ts';
import { formLaws } from './laws/form.ts';
import { purityLaws } from './laws/purity.ts';
import { type AugmentationSubject, subjectOf } from './subject.ts';

/** What the author knows of an augmentation. */
export interface AugmentationCheckOptions {
  /** Sets of options as a manifest writes them; left out, one without any option. */
  readonly options?: readonly unknown[];
  /** The only task to try; left out, four are tried: images and volumes, of exclusive and overlapping classes. */
  readonly facts?: Facts;
  /** False for an augmentation in which chance plays no part, on purpose. */
  readonly varies?: boolean;
}

/** Images and volumes, of exclusive and overlapping classes. */
const TASKS: readonly Facts[] = [
  task('exclusive', 3, 2),
  task('overlapping', 2, 2, 3),
  task('exclusive', 2, 3),
  task('overlapping', 2, 3, 2),
];

const OFFERED: readonly symbol[] = [factsToken, folder, log].map(({ key }) => key);

/** Checks that every augmentation must pass. */
export function augmentationChecks(
  plugin: AugmentationPlugin,
  { options = [{}], facts, varies = true }: AugmentationCheckOptions = {},
): readonly Check[] {
  const tasks = facts === undefined ? TASKS : [facts];
  const laws = [...formLaws(), ...purityLaws(), ...effectLaws(varies)];
  return reportedOnce([
    ...pluginChecks(plugin, 'augmentation', options),
    {
      name: 'needs nothing but what reading threads have',
      async run() {
        const needs = Object.values(plugin.needs ?? {}) as readonly Token<unknown>[];
        const others = needs.filter(({ key }) => !OFFERED.includes(key));
        if (others.length > 0) {
          const names = others.map(({ name }) => name);
          throw threadServices(plugin.name, names);
        }
      },
    },
    ...laws.map(({ name, holds }) => ({
      name,
      run: () => withEveryOptions(plugin, options, subjectOf, whereItApplies(holds), tasks),
    })),
  ]);
}

/** A law says nothing of an augmentation of the other space. */
function whereItApplies(
  holds: (subject: AugmentationSubject) => Promise<void>,
): (subject: AugmentationSubject) => Promise<void> {
  return async (subject) => {
    const { space } = subject.augmentation;
    if (space === undefined || space === subject.facts.space) await holds(subject);
  };
}
