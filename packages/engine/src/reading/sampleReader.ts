import { createHash } from 'node:crypto';
import {
  type Dataset,
  type Draw,
  type Facts,
  firstForeground,
  IGNORE,
  isRaremaskError,
  type RandomStream,
  type Sample,
  type Structure,
  type Window,
} from '@raremask/core';
import { createRandom } from '@raremask/core/host';
import {
  anyForeground,
  type Components,
  components,
  isIgnored,
  judgedMask,
  labelDepth,
} from '@raremask/metrics';
import { cutout, type Truth } from '../augment/cutout.ts';
import { changeIntensities } from '../augment/intensity.ts';
import { drawOrientation, type Orientation, unturned } from '../augment/orientation.ts';
import { paste } from '../augment/paste.ts';
import { coverBeside } from '../augment/pixels.ts';
import { drawWarp, type Warp, warpWindow } from '../augment/warp.ts';
import { noTruth } from '../errors.ts';
import { momentsOf, scaleOf } from '../intensities/normalize.ts';
import type { BatchMemory } from './batchMemory.ts';
import { brokenSample, datasetFailed } from './errors.ts';
import { fillImage, fillTruth, hasForeground, markInside } from './fillWindow.ts';
import type {
  BatchArrays,
  CountedImage,
  ReadingPlan,
  ReadJob,
  ReadResult,
  WholeSample,
} from './plan.ts';
import { type Cut, cutOf, eachRow, paddedSize, sharedSize, threeAxes, windowOf } from './window.ts';

const LIMIT = Number.POSITIVE_INFINITY;

/** Structures of one image that a survey keeps. */
const KEPT_STRUCTURES = 256;

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
    return surveyed(sample, sample.labels, facts);
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

function checkSample(id: string, sample: Sample, facts: Facts): void {
  const { size, image, labels, weight } = sample;
  const validSize =
    size.length === facts.space && size.every((extent) => Number.isInteger(extent) && extent > 0);
  if (!validSize) {
    throw brokenSample(id, 'wrong size', `${facts.space} extents from 1`, `[${size.join(', ')}]`);
  }
  const pixels = product(size);
  const depth = labelDepth(facts);
  const parts = [
    ['image', image.length, pixels * facts.channels],
    ['labels', labels?.length, pixels * depth],
    ['weight', weight?.length, pixels],
  ] as const;
  for (const [name, got, expected] of parts) {
    if (got === undefined || got === expected) continue;
    throw brokenSample(
      id,
      `its ${name} has another length than its size [${size.join(', ')}] says`,
      `${expected} values`,
      `${got}`,
    );
  }
  if (image instanceof Float32Array) checkNumbers(id, 'image', image, Number.NEGATIVE_INFINITY);
  if (weight !== undefined) checkNumbers(id, 'weight', weight, 0);
  if (labels === undefined) return;
  const highest = facts.overlapping ? 1 : facts.classes.length - 1;
  const at = firstUnknown(labels, highest);
  if (at === labels.length) return;
  throw brokenSample(
    id,
    `unknown label at pixel ${Math.floor(at / depth)} in the order of memory`,
    `0 to ${highest}, or ${IGNORE} for ignored pixels`,
    `${labels[at]}`,
  );
}

/** Index of the first label that stands for nothing; the number of labels where there is none. */
function firstUnknown(labels: Uint8Array, highest: number): number {
  let at = 0;
  while (at < labels.length && (labels[at]! <= highest || labels[at] === IGNORE)) at++;
  return at;
}

/** Refuses what would become a loss that is no number, while the image is still known. */
function checkNumbers(id: string, name: string, values: Float32Array, least: number): void {
  let at = 0;
  while (at < values.length && values[at]! >= least && Math.abs(values[at]!) < LIMIT) at++;
  if (at === values.length) return;
  const expected = least === 0 ? 'finite numbers from 0' : 'finite numbers';
  throw brokenSample(
    id,
    `its ${name} has an unusable number at index ${at}`,
    expected,
    `${values[at]}`,
  );
}

/** Counts classes, structures and intensities of one sample. */
function surveyed(sample: Sample, labels: Uint8Array, facts: Facts): CountedImage {
  const { id, size, image } = sample;
  const pixels = product(size);
  const classes = facts.classes.length;
  const classPixels = facts.classes.map(() => 0);
  let ignoredPixels = 0;
  for (let pixel = 0; pixel < pixels; pixel++) {
    if (facts.overlapping) {
      if (isIgnored(labels, pixel * classes, classes)) ignoredPixels++;
      else {
        for (let index = 0; index < classes; index++) {
          classPixels[index]! += labels[pixel * classes + index]!;
        }
      }
    } else if (labels[pixel] === IGNORE) ignoredPixels++;
    else classPixels[labels[pixel]!]!++;
  }
  const byClass: Structure[][] = [];
  let structureCount = 0;
  const extent = size.map(() => 0);
  for (let index = firstForeground(facts); index < classes; index++) {
    if (classPixels[index] === 0) continue;
    const found = components(judgedMask(labels, index, facts), [...size]);
    structureCount += found.count;
    for (const box of found.boxes) {
      for (const [axis, own] of box.size.entries()) extent[axis] = Math.max(extent[axis]!, own);
    }
    byClass.push(largestStructures(found, index, size));
  }
  return {
    id,
    size: [...size],
    classPixels,
    ignoredPixels,
    structures: keptStructures(byClass),
    structureCount,
    digest: digestOf(sample),
    extent,
    emptied: sample.emptied === true,
    intensity: Array.from({ length: facts.channels }, (_, channel) => ({
      ...momentsOf(image, channel, facts.channels),
      ...rangeOf(image, channel, facts.channels),
    })),
  };
}

/** Changes with any pixel, the size or the type of the image; the mask does not count. */
function digestOf({ size, image }: Sample): string {
  return createHash('sha256')
    .update(`${size.join('x')} ${image.length} ${image.BYTES_PER_ELEMENT} `)
    .update(new Uint8Array(image.buffer, image.byteOffset, image.byteLength))
    .digest('hex')
    .slice(0, 24);
}

function largestStructures(found: Components, index: number, size: readonly number[]): Structure[] {
  const kept = Array.from({ length: found.count }, (_, at) => at)
    .sort((left, right) => found.pixels[right]! - found.pixels[left]! || left - right)
    .slice(0, KEPT_STRUCTURES);
  return kept.map((at) => ({
    class: index,
    pixels: found.pixels[at]!,
    centre: centreOf(found, at, size),
  }));
}

/**
 * The largest structures; but every class keeps its part of the places, so that a class of many large
 * structures does not hide one of few small ones.
 */
function keptStructures(byClass: readonly (readonly Structure[])[]): Structure[] {
  const bySize = (left: Structure, right: Structure) => right.pixels - left.pixels;
  const part = Math.floor(KEPT_STRUCTURES / Math.max(byClass.length, 1));
  const sure = byClass.flatMap((structures) => structures.slice(0, part));
  const rest = byClass.flatMap((structures) => structures.slice(part)).sort(bySize);
  return [...sure, ...rest.slice(0, KEPT_STRUCTURES - sure.length)].sort(bySize);
}

/** The pixel of a component that is nearest to its centroid; the first in memory of several. */
function centreOf({ labels, boxes }: Components, at: number, size: readonly number[]): number[] {
  const box = boxes[at]!;
  const [, height, width] = threeAxes(size, 1);
  const origin = threeAxes(box.origin, 0);
  const extent = threeAxes(box.size, 1);
  const eachMember = (visit: (z: number, y: number, x: number) => void) => {
    for (let z = origin[0]; z < origin[0] + extent[0]; z++) {
      for (let y = origin[1]; y < origin[1] + extent[1]; y++) {
        for (let x = origin[2]; x < origin[2] + extent[2]; x++) {
          if (labels[(z * height + y) * width + x] === at + 1) visit(z, y, x);
        }
      }
    }
  };
  let pixels = 0;
  const sums = [0, 0, 0] as [number, number, number];
  eachMember((z, y, x) => {
    pixels++;
    sums[0] += z;
    sums[1] += y;
    sums[2] += x;
  });
  let best = origin;
  let least = Number.POSITIVE_INFINITY;
  eachMember((z, y, x) => {
    const distance =
      (z - sums[0] / pixels) ** 2 + (y - sums[1] / pixels) ** 2 + (x - sums[2] / pixels) ** 2;
    if (distance < least) {
      least = distance;
      best = [z, y, x];
    }
  });
  return best.slice(3 - size.length);
}

function rangeOf(
  image: Sample['image'],
  channel: number,
  channels: number,
): { minimum: number; maximum: number } {
  let minimum = Number.POSITIVE_INFINITY;
  let maximum = Number.NEGATIVE_INFINITY;
  for (let index = channel; index < image.length; index += channels) {
    const value = image[index]!;
    if (value < minimum) minimum = value;
    if (value > maximum) maximum = value;
  }
  return { minimum, maximum };
}

function product(size: readonly number[]): number {
  return size.reduce((all, extent) => all * extent, 1);
}
