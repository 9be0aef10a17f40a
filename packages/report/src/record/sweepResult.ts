import type { Spread, Summary } from '@raremask/metrics';

/** The scores of a trial that are compared, on any foreground of its validation images. */
export const COMPARED = ['diceForeground', 'missed', 'alarmShare', 'balanced'] as const;
export type Compared = (typeof COMPARED)[number];

/** What a setting of a manifest may be. */
type Value = string | number | boolean | null | Value[] | { [key: string]: Value };

/** Settings of a manifest by their path. */
type Settings = Record<string, Value>;

/** One training of a sweep, and what it has scored. */
export interface TrialResult {
  readonly id: string;
  readonly settings: Settings;
  readonly seed: number;
  /** Counted from 1; 0 where the manifest's own division is used. */
  readonly fold: number;
  /** Stopped: by halving, before its end. Failed: in the last call. */
  readonly state: 'finished' | 'interrupted' | 'missing' | 'stopped' | 'failed';
  /** Null until it is finished. */
  readonly scores: Readonly<Record<Compared, number | null>> | null;
}

/** Why settings went no further: halving has stopped them. */
export interface Stop {
  /** Counted from 1. */
  readonly rung: number;
  /** Of the rung. */
  readonly epochs: number;
  /** Mean balance of their trials at that epoch; null where one of them had failed. */
  readonly balanced: number | null;
  /** Where they stood among those that had come to the rung, from 1. */
  readonly place: number;
  readonly of: number;
}

/** All trials of the same settings. */
export interface VariantResult {
  readonly settings: Settings;
  readonly trials: number;
  readonly finished: number;
  /** Where halving has stopped them; null where it has not. */
  readonly stopped: Stop | null;
  readonly scores: Readonly<Record<Compared, Spread | null>>;
  /** Every validation image of all folds together, for each seed of which all folds are finished. */
  readonly outOfFold: readonly { readonly seed: number; readonly summary: Summary }[];
}

/** Trials in which a setting has one value. */
export interface Effect {
  readonly setting: string;
  readonly value: Value;
  readonly balanced: Spread | null;
}

/** What all trials of a sweep have scored. */
export interface SweepResults {
  readonly name: string;
  readonly trials: readonly TrialResult[];
  /** The best first: by the mean of `balanced`, then those with missing trials, then those that were stopped. */
  readonly variants: readonly VariantResult[];
  readonly effects: readonly Effect[];
  /** The budget that has ended the last call; null where none has. */
  readonly endedByBudget: string | null;
}

/** Settings as a person reads them. */
export function settingsText(settings: Settings): string {
  const texts = Object.entries(settings).map(([key, value]) => `${key}=${JSON.stringify(value)}`);
  return texts.join(' ') || 'as in the manifest';
}
