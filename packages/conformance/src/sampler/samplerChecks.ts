import type { Facts, SamplerPlugin } from '@raremask/core';
import { type Check, reportedOnce } from '../check.ts';
import { pluginChecks } from '../pluginChecks.ts';
import { inEveryCase } from '../trial/cases.ts';
import { whereOf } from '../trial/make.ts';
import { task } from '../trial/tasks.ts';
import { drawLaws } from './laws/draws.ts';
import { purityLaws } from './laws/purity.ts';
import { repetitionLaws } from './laws/repetition.ts';
import { resumeLaws } from './laws/resume.ts';
import { varietyLaws } from './laws/variety.ts';
import { MIXED, STOCKS } from './stock.ts';
import { type Case, opened } from './subject.ts';

/** What the author knows of a sampler. */
export interface SamplerCheckOptions {
  /** Sets of options as a manifest writes them; left out, one without any option. */
  readonly options?: readonly unknown[];
  /** The only task to try; left out, two are tried: images and volumes. */
  readonly facts?: Facts;
  /** Images of a batch; left out, 4. Where there are many images, 1 and 64 are tried as well. */
  readonly batchSize?: number;
  /** False for a sampler that draws the same in every epoch, whatever the seed, on purpose. */
  readonly varies?: boolean;
}

/** Checks that every sampler must pass. */
export function samplerChecks(
  plugin: SamplerPlugin,
  { options = [{}], facts, batchSize = 4, varies = true }: SamplerCheckOptions = {},
): readonly Check[] {
  const tasks =
    facts === undefined ? [task('exclusive', 3, 2), task('overlapping', 2, 3)] : [facts];
  const mixed: readonly Case[] = tasks.map((facts) => ({ facts, stock: MIXED, batchSize }));
  const all: readonly Case[] = tasks.flatMap((facts) => [
    ...STOCKS.map((stock) => ({ facts, stock, batchSize })),
    ...[1, 64].map((other) => ({ facts, stock: MIXED, batchSize: other })),
  ]);
  const cases = { all, mixed };
  const laws = [
    ...drawLaws(),
    ...repetitionLaws(),
    ...resumeLaws(),
    ...purityLaws(),
    ...(varies ? varietyLaws() : []),
  ];
  return reportedOnce([
    ...pluginChecks(plugin, 'sampler', options),
    ...laws.map(({ name, on, holds }) => ({
      name,
      async run() {
        for (const written of options) {
          await inEveryCase(
            cases[on],
            (one) => opened(plugin, written, one),
            holds,
            whereOf(plugin, written),
          );
        }
      },
    })),
  ]);
}
