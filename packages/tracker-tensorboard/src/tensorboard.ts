import { basename, join, resolve } from 'node:path';
import type {
  Log,
  RunEvent,
  RunOutcome,
  TrackedImage,
  TrackedRun,
  TrackedWeights,
  Tracker,
} from '@raremask/core';
import { encode as encodePng } from 'fast-png';
import { ChosenImages } from './chosenImages.ts';
import { EventFile } from './eventFile.ts';
import { histogramOf } from './histogram.ts';
import { histogram, picture, scalar, type Value } from './messages.ts';
import type { TensorboardOptions } from './options.ts';
import { drawOverlay } from './overlay.ts';
import { PrCurve } from './prCurve.ts';
import { sessionEnd, sessionStart } from './settings.ts';

export interface TensorboardServices {
  /** The manifest's folder, absolute. */
  readonly folder: string;
  readonly log: Log;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** TensorBoard's number of a session that begins: from its step on, it forgets earlier files. */
const START = 1;

/** Writes a run's events for TensorBoard. The step of a value is the number of all steps until then. */
export function createTensorboard(
  options: TensorboardOptions,
  services: TensorboardServices,
): Tracker {
  const writing = new TensorboardRun(options, services);
  return {
    start: (run) => writing.start(run),
    event: (event) => writing.event(event),
    ...((options.images > 0 || options.prCurves) && { image: (image) => writing.image(image) }),
    ...(options.histograms !== undefined && {
      weights: { every: options.histograms, take: (weights) => writing.weights(weights) },
    }),
    end: (outcome) => writing.end(outcome),
  };
}

class TensorboardRun {
  readonly #options: TensorboardOptions;
  readonly #services: TensorboardServices;
  readonly #chosen: ChosenImages;
  #file: EventFile | undefined;
  #step = 0;
  #curve: { readonly counts: PrCurve; readonly step: number } | undefined;

  constructor(options: TensorboardOptions, services: TensorboardServices) {
    this.#options = options;
    this.#services = services;
    this.#chosen = new ChosenImages(options.images);
  }

  start(run: TrackedRun): void {
    const { folder } = this.#options;
    const place =
      folder === undefined
        ? join(run.folder, 'tensorboard')
        : join(resolve(this.#services.folder, folder), basename(run.folder));
    const seconds = this.#seconds();
    this.#file = new EventFile(place, seconds);
    this.#step = run.startStep;
    // What was done after the checkpoint that a run goes on with is done again. TensorBoard takes the
    // first such record for the beginning, so a new run has one as well.
    this.#file.write({
      wallTime: seconds,
      step: run.startStep + 1,
      sessionLog: { status: START },
    });
    this.#write([sessionStart(run, seconds)]);
    this.#services.log.info(`look at the run with: tensorboard --logdir ${place}`);
  }

  event(event: RunEvent): void {
    if (event.type === 'step') {
      this.#step++;
      this.#write(
        scalars('step', {
          loss: event.loss,
          ...prefixed('terms', event.terms),
          imagesPerSecond: event.imagesPerSecond,
        }),
      );
    } else if (event.type === 'epoch') {
      this.#writeCurve();
      this.#write([
        ...scalars('epoch', {
          number: event.epoch,
          loss: event.loss,
          ...prefixed('terms', event.terms),
          learningRate: event.learningRate,
          gradientNorm: event.gradientNorm,
          imagesPerSecond: event.imagesPerSecond,
          waitSeconds: event.waitSeconds,
        }),
        ...scalars('validation', event.validation),
        // The last of these are the run's scores in the table of settings.
        ...(event.best ? scalars('best', { epoch: event.epoch, ...event.validation }) : []),
      ]);
      this.#file?.flush();
    }
  }

  image(image: TrackedImage): void {
    if (this.#options.prCurves) {
      this.#curve ??= { counts: new PrCurve(), step: this.#step };
      this.#curve.counts.add(image);
    }
    if (this.#chosen.shows(image)) {
      const { height, width, data } = drawOverlay(image);
      const png = encodePng({ width, height, data, channels: 3 });
      this.#write([picture(`overlays/${image.id}`, height, width, png)]);
    }
  }

  weights({ step, weights }: TrackedWeights): void {
    for (const { name, values } of weights) {
      const content = histogramOf(values);
      if (content) this.#write([histogram(`weights/${name}`, content)], step);
    }
  }

  end(outcome: RunOutcome): void {
    this.#writeCurve();
    // The first end that TensorBoard reads counts for ever, and other runs may be resumed.
    if (outcome === 'finished') this.#write([sessionEnd(this.#seconds())]);
    this.#file?.flush();
    this.#file?.close();
    this.#file = undefined;
  }

  /** Images come before their epoch's event, so then the curve has all of them. */
  #writeCurve(): void {
    const value = this.#curve?.counts.value('validation/foreground');
    if (value) this.#write([value], this.#curve!.step);
    this.#curve = undefined;
  }

  #write(value: readonly Value[], step = this.#step): void {
    this.#file?.write({ wallTime: this.#seconds(), step, summary: { value } });
  }

  #seconds(): number {
    return this.#services.now() / 1000;
  }
}

/** The numbers among the values; scores of what a split does not have are null. */
function scalars(group: string, values: object | undefined): Value[] {
  return Object.entries(values ?? {})
    .filter((entry): entry is [string, number] => typeof entry[1] === 'number')
    .map(([name, value]) => scalar(`${group}/${name}`, value));
}

function prefixed(
  prefix: string,
  values: Readonly<Record<string, number>>,
): Record<string, number> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [`${prefix}/${name}`, value]),
  );
}
