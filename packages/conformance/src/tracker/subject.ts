import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunOutcome, Tracker } from '@raremask/core';
import type { Trial } from '../trial/everyOptions.ts';
import { trackerThrows } from './faults.ts';
import { EPOCHS, type Happening, happening } from './happening.ts';

/** A tracker under trial: one plugin with one set of options. */
export interface TrackerSubject {
  /** One that has heard nothing yet. */
  fresh(): Promise<Tracker>;
  /** What messages begin with. */
  readonly where: string;
  /** A run folder of its own, gone when the law has held. */
  folder(): Promise<string>;
}

/** What a law looks at; a refusal of the options is told before it begins. */
export async function subjectOf({
  fresh,
  where,
  atEnd,
}: Trial<'tracker'>): Promise<TrackerSubject> {
  await fresh();
  const folder = async () => {
    const path = await mkdtemp(join(tmpdir(), 'raremask-tracker-'));
    atEnd(() => rm(path, { recursive: true, force: true }));
    return path;
  };
  return { fresh, where, folder };
}

interface Telling {
  /** After so many epochs the run ends. */
  readonly epochs?: number;
  readonly outcome?: RunOutcome;
  /** Sees what is given, before and after a call. */
  readonly watch?: (given: unknown, call: string) => () => void;
}

/** Tells a tracker a run from its start to its end, as a run does: each call after the one before. */
export async function tell(
  tracker: Tracker,
  { where }: TrackerSubject,
  told: Happening,
  { epochs = EPOCHS, outcome = 'finished', watch }: Telling = {},
): Promise<void> {
  const call = async <T>(label: string, given: T, take: (given: T) => unknown): Promise<void> => {
    const look = watch?.(given, label);
    try {
      await take(given);
    } catch (error) {
      throw trackerThrows({ where, label }, error, told.run.folder);
    }
    look?.();
  };
  const event = async (one: Parameters<NonNullable<Tracker['event']>>[0]) =>
    await call(`event ${one.type}`, one, (given) => tracker.event?.(given));
  await call('start', told.run, (given) => tracker.start?.(given));
  for (const one of told.start) await event(one);
  for (let epoch = told.run.startEpoch; epoch <= epochs; epoch++) {
    for (const index of epoch === 2 ? [] : [0, 1]) {
      const image = told.image(epoch, index);
      await call(`image "${image.id}", epoch ${epoch}`, image, (given) => tracker.image?.(given));
    }
    for (const one of told.events(epoch)) await event(one);
    if (tracker.weights !== undefined && epoch % tracker.weights.every === 0) {
      const weights = told.weights(epoch);
      await call(`weights, epoch ${epoch}`, weights, (given) => tracker.weights!.take(given));
    }
  }
  if (outcome !== 'failed') await event(told.end());
  await call(`end, ${outcome}`, outcome, (given) => tracker.end?.(given));
}

/** A made-up run in a folder of its own. */
export async function toldIn(subject: TrackerSubject, startEpoch?: number): Promise<Happening> {
  return happening(await subject.folder(), startEpoch);
}
