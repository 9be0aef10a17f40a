import { isRaremaskError, type OnEvent, type RunEvent } from '@raremask/core';
import type { LoadedManifest } from '@raremask/core/manifest';
import type { Inspection } from '@raremask/record';
import { costOfVolumes } from './errors.ts';
import { guardedSampler } from './guard/guardedSampler.ts';
import { type Example, examplesOf } from './inspection/examples.ts';
import { forecast } from './inspection/forecast.ts';
import { keptForecast } from './inspection/forecastCache.ts';
import { inspectionOf } from './inspection/inspected.ts';
import { withCosts } from './inspection/resolutionCosts.ts';
import { resolutionLosses, resolutionsOf } from './inspection/resolutions.ts';
import { nothingReadable } from './opening/errors.ts';
import type { OpenedData } from './opening/openData.ts';
import { openWork, type Work } from './opening/openWork.ts';
import { coarsenessOf } from './recommendation/coarser.ts';
import { planWithin, recommend } from './recommendation/recommend.ts';
import { ownRehearsal } from './recommendation/rehearse.ts';
import type { Start } from './recommendation/start.ts';
import { wantedPixelSize } from './resolution/seenSize.ts';
import type { Compute } from './runner/compute.ts';
import type { CountedSurvey } from './survey/survey.ts';

export interface InspectOptions {
  readonly onEvent: OnEvent;
  /** Gets a few samples to look at; left out, none is read for it. */
  onExample?(example: Example): void | Promise<void>;
  /** A time, as 10m, that the recommendation is for: what networks cost here is then measured. */
  readonly budget?: string;
  /** Whether what steps and images cost at each resolution is measured as well. */
  readonly cost?: boolean;
  /** Published weights that the recommendation starts from. */
  readonly start?: Start | undefined;
  /** What compiled steps run on where costs are measured; without it the tfjs backend in use computes. */
  readonly compute?: Compute | undefined;
}

/** Draws that a forecast counts in each of its epochs, about. */
const FORECAST_DRAWS = 3000;

/**
 * Counts a data set, what the manifest's sampler makes of it, and what training it recommends.
 * Samples that cannot be read are listed, and everything else is counted without them.
 */
export async function inspect(
  source: LoadedManifest | OpenedData,
  { onEvent, onExample, budget, cost = false, start, compute }: InspectOptions,
): Promise<Inspection> {
  const warnings = new Set<string>();
  const warn = (event: RunEvent) => {
    if (event.type === 'note' && event.level === 'warn') warnings.add(event.text);
  };
  const work = await openWork(source, {
    onEvent: (event) => {
      warn(event);
      onEvent(event);
    },
    onData: onEvent,
    unreadable: 'list',
  });
  const unfollow = work.follow(warn);
  try {
    if (cost && work.facts.space === 3) throw costOfVolumes();
    const { survey, unreadable } = await work.counted();
    const all = Object.values(work.splits).flat();
    if (all.length > 0 && !all.some((id) => survey.has(id))) throw nothingReadable(unreadable);
    const batches = await batchesOf(work, survey);
    if (onExample) for (const example of examplesOf(work, survey)) await onExample(await example());
    const losses = await resolutionLosses(work, survey);
    const wanted = wantedPixelSize(work.loaded.manifest.data.resolution);
    const trained = survey.images(survey.train);
    const resolutions = coarsenessOf(resolutionsOf(trained, work.facts, { wanted, losses }) ?? []);
    const within =
      budget === undefined
        ? undefined
        : await planWithin(work, survey, { time: budget, compute, start, resolutions });
    const recommendation = recommend(work, survey, resolutions, { within, start });
    const inspection = inspectionOf(work, survey, {
      ...{ batches, unreadable, warnings, recommendation, losses },
    });
    return cost ? await costed(inspection, work, compute) : inspection;
  } finally {
    unfollow();
    await work.close();
  }
}

/** With what a step and an image of the manifest's network cost at each resolution. */
async function costed(
  inspection: Inspection,
  work: Work,
  compute: Compute | undefined,
): Promise<Inspection> {
  const { resolutions, batches } = inspection;
  if (resolutions === undefined) return inspection;
  const rehearsal = await ownRehearsal(work, compute);
  try {
    const window = 'window' in batches ? batches.window : null;
    const shape = { window, batch: batches.batch };
    return { ...inspection, resolutions: await withCosts(resolutions, shape, rehearsal) };
  } finally {
    await rehearsal.dispose();
  }
}

async function batchesOf(work: Work, survey: CountedSurvey): Promise<Inspection['batches']> {
  const { manifest, plugins } = work.loaded;
  const { batch, epochs } = manifest.train;
  const facts = { sampler: plugins.sampler.use, batch };
  if (survey.train.length === 0) {
    return { ...facts, problem: 'the training split holds no image that can be read' };
  }
  try {
    const sampler = guardedSampler(await work.scope.make(plugins.sampler), {
      place: `${plugins.sampler.place} (${plugins.sampler.plugin.name})`,
      url: plugins.sampler.url,
      ids: work.splits.train,
      batch,
    });
    const looked = [...new Set([0, Math.floor((epochs - 1) / 2), epochs - 1])];
    const make = () => forecast({ ...work, sampler, survey, epochs: looked, most: FORECAST_DRAWS });
    const parts = [batch, manifest.seed, looked, FORECAST_DRAWS];
    const counted = await keptForecast(work, survey, parts, make);
    return { ...facts, window: sampler.window ?? null, ...counted };
  } catch (error) {
    if (!isRaremaskError(error)) throw error;
    return { ...facts, problem: error.message };
  }
}
