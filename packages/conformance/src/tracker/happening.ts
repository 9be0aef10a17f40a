import type { RunEvent, TrackedImage, TrackedRun, TrackedWeights } from '@raremask/core';

/** What a tracker hears of a run, as a run hands it over. */
export interface Happening {
  readonly run: TrackedRun;
  /** By epoch, counted from 1. */
  events(epoch: number): readonly RunEvent[];
  readonly start: readonly RunEvent[];
  image(epoch: number, index: number): TrackedImage;
  weights(epoch: number): TrackedWeights;
  end(): RunEvent;
}

export const EPOCHS = 3;

/** @param folder the run folder, which is there */
export function happening(folder: string, startEpoch = 1): Happening {
  const steps = 2;
  return {
    run: {
      folder,
      name: 'tried',
      manifest: {
        name: 'tried',
        seed: 7,
        data: { use: '@raremask/dataset-images', with: { classes: { background: 0, cyst: 255 } } },
        loss: [{ use: '@raremask/loss-ce', weight: { from: 0, to: 1, epochs: 2 } }],
        train: { clip: null, epochs: EPOCHS, augment: {} },
      },
      startEpoch,
      startStep: (startEpoch - 1) * steps,
    },
    start: [
      { type: 'survey', done: 4, total: 4 },
      {
        type: 'start',
        name: 'tried',
        folder,
        backend: { name: 'cpu', reason: 'cpu, as asked for', notes: [] },
        epochs: EPOCHS,
        batchesPerEpoch: steps,
        batch: 2,
        counts: { train: 4, trainEmpty: 2, validation: 2, validationEmpty: 1 },
        parameters: 6,
        classes: ['background', 'cyst'],
        startEpoch,
        scores: [
          {
            name: 'area-error',
            title: 'Error of the area',
            short: 'area',
            unit: 'pixels',
            better: 'lower',
            meaning: 'Mean difference of both areas.',
            empty: 'An empty image counts its alarms.',
          },
        ],
      },
      { type: 'note', level: 'warn', text: 'one image has two values, "a, b"\nand a line break' },
    ],
    events: (epoch) => [
      ...Array.from(
        { length: steps },
        (_, step): RunEvent => ({
          type: 'step',
          epoch,
          step: step + 1,
          steps,
          loss: 1 / (epoch + step),
          terms: { 'dice (pooled)': 0.5, ce: 1e-9 },
          imagesPerSecond: 12.5,
          secondsLeft: 3,
        }),
      ),
      { type: 'validate', epoch, done: 2, total: 2 },
      {
        type: 'epoch',
        epoch,
        epochs: EPOCHS,
        learningRate: 1e-3,
        seconds: 1.5,
        imagesPerSecond: 2.7,
        loss: 0.4,
        terms: { 'dice (pooled)': 0.5, ce: 1e-9 },
        gradientNorm: 3,
        waitSeconds: 0,
        masks: 2,
        emptied: 0,
        pasted: 0,
        // The second epoch was not validated; of the first no score with foreground exists.
        ...(epoch !== 2 && {
          validation: {
            diceForeground: epoch === 1 ? null : 0.5,
            missed: epoch === 1 ? null : 0,
            alarmShare: 0,
            alarmPixels: 0,
            pooledDice: epoch === 1 ? null : 0.5,
            balanced: epoch === 1 ? 1 : 0.7,
            'area-error': epoch === 1 ? null : 12.5,
          },
        }),
        best: epoch !== 2,
        secondsLeft: 1,
      },
    ],
    image: (epoch, index) => ({
      epoch,
      id: `images/scan ${index}`,
      size: [6, 4],
      channels: 1,
      image: Uint16Array.from({ length: 24 }, (_, pixel) => pixel * 100),
      truth: Uint8Array.from({ length: 24 }, (_, pixel) =>
        pixel === 23 ? 255 : Number(index === 1 && pixel > 8 && pixel < 11),
      ),
      predicted: Uint8Array.from({ length: 24 }, (_, pixel) => Number(pixel > 9 && pixel < 12)),
      probability: Float32Array.from({ length: 24 }, (_, pixel) => pixel / 24),
    }),
    weights: (epoch) => ({
      epoch,
      step: epoch * steps,
      weights: [
        { name: 'encoder/0/kernel', shape: [2, 2], values: Float32Array.of(1, -1, 0.5, 0) },
        { name: 'head/bias', shape: [2], values: Float32Array.of(0, 0) },
      ],
    }),
    end: () => ({ type: 'end', folder, bestEpoch: 3, seconds: 4.5, interrupted: false }),
  };
}
