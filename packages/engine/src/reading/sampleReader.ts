import {
  type Dataset,
  type Donor,
  type Draw,
  isRaremaskError,
  type RandomStream,
  type Sample,
  type Window,
} from '@raremask/core';
import { createRandom } from '@raremask/core/host';
import { anyForeground } from '@raremask/metrics';
import type { MadeAugmentation } from '../augment/makeAugmentations.ts';
import { stagesOf } from '../augment/stages.ts';
import { Waiting } from '../guard/waiting.ts';
import { type Scale, Scales, scaled } from '../intensities/scale.ts';
import { lostStructures } from '../resolution/lostStructures.ts';
import { resizeSample } from '../resolution/resizeSample.ts';
import { filledSize, pixelSizeOf } from '../resolution/seenSize.ts';
import type { BatchMemory } from './batchMemory.ts';
import { checkSample } from './checkSample.ts';
import { countImage } from './countImage.ts';
import { datasetFailed, noTruth } from './errors.ts';
import { KeptSamples } from './keptSamples.ts';
import type {
  BatchArrays,
  BatchPart,
  CountedImage,
  ReadingPlan,
  ReadJob,
  ReadResult,
  WholeSample,
} from './plan.ts';
import { type Fate, trainingWindow, type WindowPlace } from './trainingWindow.ts';
import { wholeSample } from './wholeSample.ts';
import { paddedSize, sharedSize, windowOf } from './window.ts';

/** Of the data set, what a reader asks for: groups where a volume is normalised as a whole. */
type ReadDataset = Pick<Dataset, 'read'> & Partial<Pick<Dataset, 'ids' | 'group'>>;

/** Turns samples into what the step takes. Runs in the main thread or in a worker thread alike. */
export class SampleReader {
  readonly #dataset: ReadDataset;
  readonly #plan: ReadingPlan;
  readonly #memory: Pick<BatchMemory, 'take'>;
  readonly #stages: ReturnType<typeof stagesOf>;
  readonly #kept: KeptSamples;
  readonly #scales: Scales;
  /** What kept samples are normalised with, and whether they have any foreground. */
  readonly #scaleOfKept = new WeakMap<Sample, Promise<Scale>>();
  readonly #anyInKept = new WeakMap<Sample, boolean>();
  readonly #waiting: Waiting;

  constructor(
    dataset: ReadDataset,
    plan: ReadingPlan,
    memory: Pick<BatchMemory, 'take'>,
    augmentations: readonly MadeAugmentation[] = [],
    waiting = new Waiting(() => {}),
  ) {
    this.#waiting = waiting;
    this.#dataset = dataset;
    this.#plan = plan;
    this.#memory = memory;
    this.#kept = new KeptSamples(plan.keptBytes ?? 0);
    this.#stages = stagesOf(augmentations);
    const { normalization, facts } = plan;
    this.#scales = new Scales(normalization, facts, dataset, (id) => this.#seen(id));
  }

  /**
   * Reads, cuts, augments and normalises a batch. What is drawn for a window is fixed by seed,
   * epoch, index of the batch and position in it.
   *
   * @param part where the draws are a part of the batch
   */
  async batch(
    epoch: number,
    index: number,
    draws: readonly Draw[],
    part?: BatchPart,
  ): Promise<BatchArrays> {
    const { facts, multipleOf, seed, sizesDiffer } = this.#plan;
    const samples = await Promise.all(draws.map(({ id }) => this.#seen(id)));
    const windows = draws.map((draw, at) => windowOf(draw, samples[at]!.size));
    const everyone = part?.draws ?? draws;
    const sizes = part?.sizes ?? samples.map(({ size: own }) => own);
    const whole = everyone.some(({ window }) => window === undefined);
    const filled = everyone.map((draw, at) => {
      const { size: own } = windowOf(draw, sizes[at]!);
      return draw.window === undefined ? filledSize(own, this.#plan.resolution) : own;
    });
    const largest = filled[0]!.map((_, axis) => Math.max(...filled.map((own) => own[axis]!)));
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
      const place = at + (part?.from ?? 0);
      const random = createRandom(seed).fork(`augment/${epoch}/${index}/${place}`);
      const slot = (values: Float32Array, depth: number) =>
        values.subarray(at * pixels * depth, (at + 1) * pixels * depth);
      const fate = await this.#window(sample, window, random, {
        size,
        images: slot(arrays.images, channels),
        target: slot(arrays.target, classes.length),
        weight: slot(arrays.weight, 1),
      });
      if (fate.before) counts.masks++;
      if (fate.before && !fate.after) counts.emptied++;
      if (fate.pasted) counts.pasted++;
    }
    return { ...arrays, ...counts };
  }

  /** One window of a batch, in its place. */
  async #window(
    sample: Sample,
    window: Window,
    random: RandomStream,
    place: WindowPlace,
  ): Promise<Fate> {
    const { facts, pixelWeights } = this.#plan;
    const { labels } = sample;
    if (labels === undefined) throw noTruth(sample.id);
    return await trainingWindow({
      sample: { ...sample, labels },
      window,
      scale: await this.#scaleOf(sample),
      stages: this.#stages,
      random,
      facts,
      pixelWeights,
      donor: (own) => this.#donor(own),
      isEmpty: () => !this.#kept.once(this.#anyInKept, sample, () => anyForeground(labels, facts)),
      waiting: this.#waiting,
      place,
    });
  }

  /** An image of which something may be copied. */
  async #donor(random: RandomStream): Promise<Donor> {
    const { donors = [] } = this.#plan;
    const sample = await this.#seen(donors[random.integer(0, donors.length - 1)]!);
    const scale = await this.#scaleOf(sample);
    return {
      // What is remembered of an object is remembered of what it holds.
      sample: this.#kept.has(sample) ? sample : { ...sample },
      normalize: (value, channel) => scaled(scale, value, channel),
    };
  }

  run(job: ReadJob): Promise<ReadResult> {
    if (job.kind === 'batch') return this.batch(job.epoch, job.index, job.draws, job.part);
    return job.kind === 'whole' ? this.whole(job.id) : this.survey(job.id);
  }

  async whole(id: string): Promise<WholeSample> {
    const sample = await this.#read(id);
    return await wholeSample(sample, this.#plan, (image) => this.#scales.of(image));
  }

  async survey(id: string): Promise<CountedImage> {
    const { facts, resolution } = this.#plan;
    const sample = await this.#read(id);
    if (sample.labels === undefined) throw noTruth(id);
    const seen = resizeSample(sample, resolution, facts);
    return {
      ...countImage(seen, seen.labels!, facts),
      pixelsPerSeen: product(sample.size) / product(seen.size),
      pixelSize: pixelSizeOf(sample, facts) ?? sample.size.map(() => 0),
      lost: lostStructures(sample.labels, sample.size, seen.labels!, seen.size, facts),
    };
  }

  /** As the network sees it. */
  async #seen(id: string): Promise<Sample> {
    const kept = this.#kept.get(id);
    if (kept) return kept;
    const sample = await this.#read(id);
    const seen = resizeSample(sample, this.#plan.resolution, this.#plan.facts);
    this.#kept.keep(id, seen, seen !== sample);
    return seen;
  }

  #scaleOf(sample: Sample): Promise<Scale> {
    return this.#kept.once(this.#scaleOfKept, sample, (one) => this.#scales.of(one));
  }

  async #read(id: string): Promise<Sample> {
    let sample: Sample;
    try {
      const what = `${this.#plan.dataset?.place ?? 'data'}, read of ${id}`;
      sample = await this.#waiting.for(what, this.#dataset.read(id));
    } catch (error) {
      throw isRaremaskError(error) ? error : datasetFailed(id, error, this.#plan.dataset?.url);
    }
    checkSample(id, sample, this.#plan.facts);
    return sample;
  }
}

function product(size: readonly number[]): number {
  return size.reduce((all, extent) => all * extent, 1);
}
