import {
  type Facts,
  firstForeground,
  IGNORE,
  type RandomStream,
  type Sample,
  type Window,
} from '@raremask/core';
import { labelDepth } from '@raremask/metrics';
import { type Changing, changeValues } from '../augment/changeValues.ts';
import { movePlaces } from '../augment/movePlaces.ts';
import { type Stage, Streams } from '../augment/stages.ts';
import { coverBeside } from '../augment/windowArrays.ts';
import type { Waiting } from '../guard/waiting.ts';
import type { Scale } from '../intensities/scale.ts';
import { cutWindow, moveWindow } from './cutWindow.ts';
import { fillTruth, hasForeground } from './fillWindow.ts';
import { cutOf } from './window.ts';

/** Where one window of a batch goes; zeros at first. */
export interface WindowPlace {
  /** With the padding. */
  readonly size: readonly number[];
  readonly images: Float32Array;
  readonly target: Float32Array;
  readonly weight: Float32Array;
}

/** One window of a batch. */
export interface TrainingWindow {
  readonly sample: Sample & { readonly labels: Uint8Array };
  readonly window: Window;
  /** What the image is normalised with. */
  readonly scale: Scale;
  /** What happens to it. */
  readonly stages: readonly [Stage, ...(readonly Stage[])];
  /** The window's own stream. */
  readonly random: RandomStream;
  readonly facts: Facts;
  readonly pixelWeights: readonly number[];
  readonly donor: NonNullable<Changing['donor']>;
  /** Whether the whole image has no foreground. */
  readonly isEmpty: () => boolean;
  readonly waiting: Waiting;
  readonly place: WindowPlace;
}

/** What became of a window. */
export interface Fate {
  /** Whether it had foreground before anything was changed. */
  readonly before: boolean;
  /** Whether it had some and still has. */
  readonly after: boolean;
  /** Whether a structure was copied into it. */
  readonly pasted: boolean;
}

/** Cuts, augments and normalises a window, and writes what the step takes. */
export async function trainingWindow(own: TrainingWindow): Promise<Fate> {
  const { sample, window, scale, stages, random, facts, pixelWeights, place } = own;
  const { size, images: image, target, weight } = place;
  const pixels = weight.length;
  const arrays = {
    size,
    channels: facts.channels,
    image,
    labels: new Uint8Array(pixels * labelDepth(facts)).fill(IGNORE),
    weight,
    inside: new Uint8Array(pixels),
  };
  const { id } = sample;
  const drawn = window.size;
  const streams = new Streams(random);
  const [first, ...later] = stages;
  const placement = movePlaces(first, { id, size: drawn, facts }, streams);
  cutWindow({ sample, window, placement, scale, facts, into: arrays });
  const straight = cutOf(sample.size, window, placement.orientation);
  const before = hasForeground(sample.labels, straight, drawn, facts);
  let empty: boolean | undefined;
  const changing: Changing = {
    id,
    arrays,
    drawn,
    facts,
    waiting: own.waiting,
    isEmpty: () => (empty ??= own.isEmpty()),
    // On a background that does not count, nothing would be learnt of a structure's outline.
    ...((facts.overlapping || pixelWeights[0] !== 0) && { donor: own.donor }),
  };
  let pasted = await changeValues(first, changing, streams);
  for (const stage of later) {
    moveWindow(arrays, drawn, movePlaces(stage, { id, size: drawn, facts }, streams), facts);
    pasted = (await changeValues(stage, changing, streams)) || pasted;
  }
  if (stages.some(({ changes }) => changes.length > 0)) coverBeside(arrays);
  fillTruth({ ...arrays, target, facts, pixelWeights });
  return { before, after: before && hasTarget(target, facts), pasted };
}

/** True where the truth that the step gets has foreground. */
function hasTarget(target: Float32Array, facts: Facts): boolean {
  const classes = facts.classes.length;
  const first = firstForeground(facts);
  for (let at = 0; at < target.length; at += classes) {
    for (let index = first; index < classes; index++) if (target[at + index] !== 0) return true;
  }
  return false;
}
