import type { Problem } from '@raremask/record';
import type { EpochObservation } from './observation.ts';

/** What the rules know of the run beside its epochs. */
export interface Setting {
  /** Names of the loss terms. */
  readonly terms: readonly string[];
  /** Whether the training split has images without foreground. */
  readonly hasEmpty: boolean;
  /**
   * Whether stretches of long epochs are looked at: few steps, few images. What is slow there, but goes on, is
   * no collapse.
   */
  readonly isWithin?: boolean;
}

export interface Found {
  readonly problem: Problem;
  /** Epoch, counted from 1. */
  readonly since: number;
  /** What was seen, without a full stop. */
  readonly text: string;
}

/** A pure function from what was seen, in order, to what is wrong; undefined where nothing is. */
export type Rule = (epochs: readonly EpochObservation[], setting: Setting) => Found | undefined;

/** The last epochs that were validated, at most so many. */
export function validated(
  epochs: readonly EpochObservation[],
  count: number,
): readonly (EpochObservation & { readonly seen: NonNullable<EpochObservation['seen']> })[] {
  const all = epochs.flatMap((one) => (one.seen === undefined ? [] : [{ ...one, seen: one.seen }]));
  return all.slice(-count);
}

/** Since when something holds without a break up to now; undefined where it does not. */
export function since<T extends EpochObservation>(
  epochs: readonly T[],
  holds: (one: T) => boolean,
): number | undefined {
  const last = epochs.findLastIndex((one) => !holds(one));
  return epochs[last + 1]?.epoch;
}

/** Dice of a network that finds structures. */
export const FINDS = 0.3;

export function percent(share: number): string {
  return `${(share * 100).toFixed(share < 0.1 ? 1 : 0)} %`;
}

export function short(value: number): string {
  return Number(value.toPrecision(2)).toString();
}
