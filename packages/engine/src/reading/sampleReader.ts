import {
  type Dataset,
  type Draw,
  firstForeground,
  isRaremaskError,
  type RandomStream,
  type Sample,
  type Window,
} from '@raremask/core';
import { createRandom } from '@raremask/core/host';
import { anyForeground, labelDepth } from '@raremask/metrics';
import { cutout, type Truth } from '../augment/cutout.ts';
import { changeIntensities } from '../augment/intensity.ts';
import { drawOrientation, type Orientation, unturned } from '../augment/orientation.ts';
import { paste } from '../augment/paste.ts';
import { coverBeside } from '../augment/pixels.ts';
import { drawWarp, type Warp, warpWindow } from '../augment/warp.ts';
import { noTruth } from '../errors.ts';
import { scaleOf } from '../intensities/normalize.ts';
import type { BatchMemory } from './batchMemory.ts';
import { checkSample } from './checkSample.ts';
import { countImage } from './countImage.ts';
import { datasetFailed } from './errors.ts';
import { fillImage, fillTruth, hasForeground, markInside } from './fillWindow.ts';
import type {
  BatchArrays,
  CountedImage,
  ReadingPlan,
  ReadJob,
  ReadResult,
  WholeSample,
} from './plan.ts';
import { type Cut, cutOf, eachRow, paddedSize, sharedSize, windowOf } from './window.ts';

/** Turns samples into what the step takes. Runs in the main thread or in a worker thread alike. */
export class SampleReader {
  readonly #dataset: Pick<Dataset, 'read'>;
  readonly #plan: ReadingPlan;
  readonly #memory: Pick<BatchMemory, 'take'>;

  constructor(
    dataset: Pick<Dataset, 'read'>,
    plan: ReadingPlan,
    memory: Pick<BatchMemory, 'take'>,
  ) {
    this.#dataset = dataset;
    this.#plan = plan;
    this.#memory = memory;
  }

  /**
   * Reads, cuts, augments and normalises a batch. What is drawn for a window is fixed by seed,
   * epoch, index of the batch and position in it.
   */
  async batch(epoch: number, index: number, draws: readonly Draw[]): Promise<BatchArrays> {
    const { facts, augment, multipleOf, seed, sizesDiffer } = this.#plan;
    const samples = await Promise.all(draws.map(({ id }) => this.#read(id)));
    const windows = draws.map((draw, at) => windowOf(draw, samples[at]!.size));
    const largest = windows[0]!.size.map((_, axis) =>
      Math.max(...windows.map((window) => window.size[axis]!)),
    );
    const whole = draws.some(({ window }) => window === undefined);
    const size = (sizesDiffer && whole ? sharedSize : paddedSize)(largest, multipleOf);
    const pixels = product(size);
    const { channels, classes } = facts;
    const arrays = {
      size,
      images: this.#memory.take(draws.length * pixels * channels),
      target: this.#memory.take(draws.length * pixels * classes.length),
      weight: this.#memory.take(draws.length * pixels),
    };
    const counts = { masks: 0, emptied: 0, pasted: 0 };
    for (const [at, sample] of samples.entries()) {
      const window = windows[at]!;
      const random = createRandom(seed).fork(`augment/${epoch}/${index}/${at}`);
      const part = (values: Float32Array, depth: number) =>
        values.subarray(at * pixels * depth, (at + 1) * pixels * depth);
      const changes = {
        orientation: drawOrientation(random, window.size, augment),
        warp: drawWarp(random, window.size, augment),
      };
      const place: Place = {
        size,
        images: part(arrays.images, channels),
        target: part(arrays.target, classes.length),
        weight: part(arrays.weight, 1),
      };
      const fate = await this.#augmented(sample, window, changes, place, random);
      if (fate.before) counts.masks++;
      if (fate.before && !fate.after) counts.emptied++;
      if (fate.pasted) counts.pasted++;
    }
    return { ...arrays, ...counts };
  }

  /** One window of a batch, in its place. */
  async #augmented(
    sample: Sample,
    window: Window,
    changes: { readonly orientation: Orientation; readonly warp: Warp | undefined },
    place: Place,
    random: RandomStream,
  ): Promise<{ before: boolean; after: boolean; pasted: boolean }> {
    const { facts, augment, normalization, pixelWeights, donors = [] } = this.#plan;
    const { channels } = facts;
    const { orientation, warp } = changes;
    const { size } = place;
    const classes = facts.classes.length;
    const straight = cutOf(sample.size, window, orientation);
    const pixels = {
      values: place.images,
      channels,
      size,
      inside: new Uint8Array(place.weight.length),
    };
    const truth = { target: place.target, classes, weight: place.weight };
    const scale = scaleOf(normalization, sample.image, channels);
    const { labels } = sample;
    if (labels === undefined) throw noTruth(sample.id);
    const before = hasForeground(labels, straight, window.size, facts);
    const fill = ({ image, labels, weight }: Sample, cut: Cut) => {
      fillImage(image, cut, size, place.images, channels, scale);
      fillTruth(labels!, weight, cut, size, place.target, place.weight, facts, pixelWeights);
    };
    if (warp === undefined) {
      fill(sample, straight);
      markInside(straight, size, pixels.inside);
    } else {
      const depth = labelDepth(facts);
      const warped = warpWindow(sample, window, orientation, warp, channels, depth);
      const own = cutOf(window.size, windowOf({ id: sample.id }, window.size), unturned(2));
      fill(warped.sample, own);
      eachRow(own, size, (to, from, count) => {
        pixels.inside.set(warped.inside.subarray(from, from + count), to);
      });
      coverBeside(pixels);
    }
    let pasted = false;
    if (augment.paste && !anyForeground(labels, facts)) {
      const own = random.fork('paste');
      if (own.next() < augment.paste.probability) {
        const donor = await this.#read(donors[own.integer(0, donors.length - 1)]!);
        const donorScale = scaleOf(normalization, donor.image, channels);
        pasted = paste(pixels, truth, window.size, donor, donorScale, own, facts, pixelWeights);
      }
    }
    changeIntensities(pixels, random, augment);
    if (augment.cutout) {
      const own = random.fork('cutout');
      if (own.next() < augment.cutout.probability) {
        cutout(pixels, truth, window.size, own, augment.cutout);
      }
    }
    const after = before && hasTarget(truth, firstForeground(facts));
    return { before, after, pasted };
  }

  run(job: ReadJob): Promise<ReadResult> {
    if (job.kind === 'batch') return this.batch(job.epoch, job.index, job.draws);
    return job.kind === 'whole' ? this.whole(job.id) : this.survey(job.id);
  }

  async whole(id: string): Promise<WholeSample> {
    const { facts, multipleOf } = this.#plan;
    const sample = await this.#read(id);
    const padded = paddedSize(sample.size, multipleOf);
    const images = new Float32Array(product(padded) * facts.channels);
    const window = windowOf({ id }, sample.size);
    const cut = cutOf(sample.size, window, unturned(facts.space));
    const scale = scaleOf(this.#plan.normalization, sample.image, facts.channels);
    fillImage(sample.image, cut, padded, images, facts.channels, scale);
    return { id, sample, images, padded };
  }

  async survey(id: string): Promise<CountedImage> {
    const { facts } = this.#plan;
    const sample = await this.#read(id);
    if (sample.labels === undefined) throw noTruth(id);
    return countImage(sample, sample.labels, facts);
  }

  async #read(id: string): Promise<Sample> {
    let sample: Sample;
    try {
      sample = await this.#dataset.read(id);
    } catch (error) {
      throw isRaremaskError(error) ? error : datasetFailed(id, error);
    }
    checkSample(id, sample, this.#plan.facts);
    return sample;
  }
}

/** Where one window of a batch goes. */
interface Place {
  readonly size: readonly number[];
  readonly images: Float32Array;
  readonly target: Float32Array;
  readonly weight: Float32Array;
}

/** True where the truth that the step gets has foreground. */
function hasTarget({ target, classes }: Truth, first: number): boolean {
  for (let at = 0; at < target.length; at += classes) {
    for (let index = first; index < classes; index++) if (target[at + index] !== 0) return true;
  }
  return false;
}

function product(size: readonly number[]): number {
  return size.reduce((all, extent) => all * extent, 1);
}
