import {
  type Dataset,
  type Draw,
  type Facts,
  firstForeground,
  type Sample,
  type Sampler,
  type Window,
} from '@raremask/core';
import { components, isIgnored } from '@raremask/metrics';
import type { Forecast } from '@raremask/record';
import { unturned } from '../augment/orientation.ts';
import { cutOf, eachPixel } from '../reading/window.ts';
import { type CountedSurvey, structuresOf } from '../survey/survey.ts';

export interface ForecastOptions {
  readonly sampler: Pick<Sampler, 'batches'>;
  readonly survey: CountedSurvey;
  readonly dataset: Pick<Dataset, 'read'>;
  readonly facts: Facts;
  /** Counted from 0. */
  readonly epochs: readonly number[];
  /** Draws after which an epoch is left at the end of a batch. */
  readonly most: number;
}

/** What one draw shows, by foreground class. */
interface Shown {
  readonly pixels: readonly number[];
  readonly structures: readonly number[];
  /** Pixels of any foreground class, and pixels that lie in the image. */
  readonly foreground: number;
  readonly inside: number;
}

interface Counted {
  readonly epoch: number;
  readonly draws: readonly (readonly Draw[])[];
}

/**
 * Counts what the batches of a sampler hold. Whole images are known from the survey; images with
 * foreground of which windows are drawn are read once more.
 */
export async function forecast(options: ForecastOptions): Promise<Forecast> {
  const { facts, survey } = options;
  const plans = options.epochs.map((epoch) => planOf(options, epoch));
  const shown = await shownBy(
    plans.flatMap(({ draws }) => draws.flat()),
    options,
  );
  const classes = facts.classes.slice(firstForeground(facts));
  const batches = plans.flatMap(({ draws }) => draws);
  const sum = (own: readonly (readonly Draw[])[], of: (draw: Draw) => number) =>
    own.reduce((all, batch) => all + batch.reduce((total, draw) => total + of(draw), 0), 0);
  const look = (draw: Draw) => shown.get(draw)!;
  const isEmpty = (draw: Draw) => look(draw).foreground === 0;
  const without = (own: readonly (readonly Draw[])[], holds: (draw: Draw) => boolean) =>
    own.filter((batch) => !batch.some(holds)).length / Math.max(own.length, 1);
  const allStructures = (draw: Draw) => look(draw).structures.reduce((all, one) => all + one, 0);
  const countsOf = (own: readonly (readonly Draw[])[]) => {
    const images = sum(own, () => 1);
    return {
      batches: own.length,
      emptyShare: sum(own, (draw) => (isEmpty(draw) ? 1 : 0)) / Math.max(images, 1),
      structuresPerBatch: sum(own, allStructures) / Math.max(own.length, 1),
      batchesWithoutForeground: without(own, (draw) => !isEmpty(draw)),
    };
  };
  const withForeground = sum(batches, ({ id }) => (survey.hasForeground(id) ? 1 : 0));
  const emptied = sum(batches, (draw) => (survey.hasForeground(draw.id) && isEmpty(draw) ? 1 : 0));
  return {
    ...countsOf(batches),
    images: sum(batches, () => 1),
    foregroundPerBatch:
      sum(batches, (draw) => (isEmpty(draw) ? 0 : 1)) / Math.max(batches.length, 1),
    foregroundShare:
      sum(batches, (draw) => look(draw).foreground) /
      Math.max(
        sum(batches, (draw) => look(draw).inside),
        1,
      ),
    emptiedByWindow: withForeground === 0 ? 0 : emptied / withForeground,
    classes: classes.map(({ name }, index) => ({
      name,
      structuresPerBatch:
        sum(batches, (draw) => look(draw).structures[index]!) / Math.max(batches.length, 1),
      batchesWithout: without(batches, (draw) => look(draw).pixels[index]! > 0),
    })),
    epochs: plans.map(({ epoch, draws }) => ({ epoch: epoch + 1, ...countsOf(draws) })),
    wholeEpochs: plans.every(({ whole }) => whole),
  };
}

function planOf({ sampler, most }: ForecastOptions, epoch: number): Counted & { whole: boolean } {
  const draws: (readonly Draw[])[] = [];
  let count = 0;
  for (const batch of sampler.batches(epoch)) {
    if (count >= most) return { epoch, draws, whole: false };
    draws.push(batch);
    count += batch.length;
  }
  return { epoch, draws, whole: true };
}

/** What each draw shows. Every image is read once, a few at a time. */
async function shownBy(
  draws: readonly Draw[],
  { survey, dataset, facts }: ForecastOptions,
): Promise<ReadonlyMap<Draw, Shown>> {
  const first = firstForeground(facts);
  const shown = new Map<Draw, Shown>();
  const windows = new Map<string, Draw[]>();
  for (const draw of draws) {
    const image = survey.image(draw.id);
    if (draw.window !== undefined && survey.hasForeground(draw.id)) {
      windows.set(draw.id, [...(windows.get(draw.id) ?? []), draw]);
      continue;
    }
    const pixels = image.classPixels.slice(first);
    const area = image.size.reduce((all, extent) => all * extent, 1) - image.ignoredPixels;
    shown.set(draw, {
      pixels,
      structures: structuresOf(image, first).slice(first),
      foreground: Math.min(
        pixels.reduce((all, own) => all + own, 0),
        area,
      ),
      inside: draw.window === undefined ? area : insideOf(draw.window, image.size),
    });
  }
  const waiting = windows[Symbol.iterator]();
  const follow = async () => {
    for (const [id, own] of waiting) {
      const sample = await dataset.read(id);
      for (const draw of own) shown.set(draw, shownInWindow(sample, draw.window!, facts));
    }
  };
  await Promise.all(Array.from({ length: 4 }, follow));
  return shown;
}

function insideOf(window: Window, size: readonly number[]): number {
  return size.reduce((all, extent, axis) => {
    const from = Math.max(window.origin[axis]!, 0);
    const to = Math.min(window.origin[axis]! + window.size[axis]!, extent);
    return all * Math.max(to - from, 0);
  }, 1);
}

function shownInWindow(sample: Sample, window: Window, facts: Facts): Shown {
  const first = firstForeground(facts);
  const area = window.size.reduce((all, extent) => all * extent, 1);
  const any = new Uint8Array(area);
  const cut = cutOf(sample.size, window, unturned(facts.space));
  const labels = sample.labels!;
  const depth = facts.overlapping ? facts.classes.length : 1;
  const pixels: number[] = [];
  const structures: number[] = [];
  for (let index = first; index < facts.classes.length; index++) {
    const mask = new Uint8Array(area);
    let count = 0;
    eachPixel(cut, window.size, (target, source) => {
      const label = facts.overlapping ? labels[source * depth + index] : labels[source];
      if (label !== (facts.overlapping ? 1 : index) || isIgnored(labels, source * depth, depth))
        return;
      mask[target] = 1;
      any[target] = 1;
      count++;
    });
    pixels.push(count);
    structures.push(count === 0 ? 0 : components(mask, [...window.size]).count);
  }
  return {
    pixels,
    structures,
    foreground: any.reduce((all, one) => all + one, 0),
    inside: insideOf(window, sample.size),
  };
}
