import type { RunEvent, TrackedRun } from '@raremask/core';

type EventOf<Type extends RunEvent['type']> = Extract<RunEvent, { type: Type }>;

/** A run as trackers are told of it. */
export function trackedRun(folder: string, changed: Partial<TrackedRun> = {}): TrackedRun {
  return {
    folder,
    name: 'nodules',
    manifest: { seed: 7, train: { batch: 4 }, loss: [{ use: 'dice', soft: true }] },
    startEpoch: 1,
    startStep: 0,
    ...changed,
  };
}

/** One of the two steps of an epoch. */
export function stepEvent(
  epoch: number,
  step: number,
  loss: number,
  terms: EventOf<'step'>['terms'],
): EventOf<'step'> {
  return {
    type: 'step',
    epoch,
    step,
    steps: 2,
    loss,
    terms,
    imagesPerSecond: 8,
    secondsLeft: 1,
  };
}

/** An epoch that was validated. */
export function epochEvent(
  {
    epoch,
    epochs,
    loss,
    terms,
    best,
  }: Pick<EventOf<'epoch'>, 'epoch' | 'epochs' | 'loss' | 'terms' | 'best'>,
  dice: number | null,
): EventOf<'epoch'> {
  return {
    type: 'epoch',
    epoch,
    epochs,
    learningRate: 0.001,
    seconds: 1,
    imagesPerSecond: 8,
    loss,
    terms,
    gradientNorm: 0.25,
    waitSeconds: 0,
    masks: 1,
    emptied: 0,
    pasted: 0,
    validation: {
      diceForeground: dice,
      missed: 0,
      alarmShare: 0.5,
      alarmPixels: 3,
      pooledDice: dice,
      balanced: 0.75,
    },
    best,
    secondsLeft: 1,
  };
}
