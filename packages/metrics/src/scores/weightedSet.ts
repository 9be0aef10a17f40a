import type { ImageNumbers, ScoredSet } from '@raremask/core';
import { ratio } from './scoredSet.ts';

/**
 * Numbers of images of one region, of which each counts as often as it was drawn: what a bootstrap looks at,
 * without copying anything.
 */
export class WeightedSet implements ScoredSet {
  /** How often each image counts; changed from outside between two looks. */
  readonly #times: Uint32Array;
  readonly #isFilled: readonly boolean[];
  /** By name; NaN where an image has no such number. */
  readonly #values: ReadonlyMap<string, Float64Array>;

  constructor(measured: readonly ImageNumbers[], isFilled: readonly boolean[], times: Uint32Array) {
    this.#times = times;
    this.#isFilled = isFilled;
    const names = new Set(measured.flatMap((numbers) => Object.keys(numbers)));
    this.#values = new Map(
      [...names].map((name) => [
        name,
        Float64Array.from(measured, (numbers) => numbers[name] ?? Number.NaN),
      ]),
    );
  }

  get images(): number {
    return this.#times.reduce((sum, times) => sum + times, 0);
  }

  get imagesWithForeground(): number {
    return this.#times.reduce((sum, times, at) => sum + (this.#isFilled[at] ? times : 0), 0);
  }

  get emptyImages(): number {
    return this.images - this.imagesWithForeground;
  }

  sum(name: string): number {
    let sum = 0;
    this.#each(name, (value, times) => {
      sum += value * times;
    });
    return sum;
  }

  count(name: string): number {
    let count = 0;
    this.#each(name, (_, times) => {
      count += times;
    });
    return count;
  }

  mean(name: string): number | null {
    return ratio(this.sum(name), this.count(name));
  }

  values(name: string): readonly number[] {
    const all: number[] = [];
    this.#each(name, (value, times) => {
      for (let time = 0; time < times; time++) all.push(value);
    });
    return all.sort((left, right) => left - right);
  }

  #each(name: string, visit: (value: number, times: number) => void): void {
    const values = this.#values.get(name) ?? [];
    for (let at = 0; at < values.length; at++) {
      const value = values[at]!;
      if (this.#times[at]! > 0 && !Number.isNaN(value)) visit(value, this.#times[at]!);
    }
  }
}
