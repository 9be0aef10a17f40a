import type { ImageNumbers, ScoredSet } from '@raremask/core';

/** Numbers of images of one region, by name and ascending. */
export class MeasuredSet implements ScoredSet {
  readonly images: number;
  readonly imagesWithForeground: number;
  readonly #values = new Map<string, number[]>();

  /** @param measured one entry an image, each with the same names */
  constructor(measured: readonly ImageNumbers[], imagesWithForeground: number) {
    this.images = measured.length;
    this.imagesWithForeground = imagesWithForeground;
    for (const numbers of measured) {
      for (const [name, value] of Object.entries(numbers)) {
        const values = this.#values.get(name) ?? [];
        if (value !== null) values.push(value);
        this.#values.set(name, values);
      }
    }
    for (const values of this.#values.values()) values.sort((left, right) => left - right);
  }

  get emptyImages(): number {
    return this.images - this.imagesWithForeground;
  }

  /** Floating-point sums depend on their order; of sorted values they do not. */
  sum(name: string): number {
    return this.#of(name).reduce((sum, value) => sum + value, 0);
  }

  count(name: string): number {
    return this.#of(name).length;
  }

  mean(name: string): number | null {
    return ratio(this.sum(name), this.count(name));
  }

  values(name: string): readonly number[] {
    return [...this.#of(name)];
  }

  #of(name: string): readonly number[] {
    const values = this.#values.get(name);
    if (values !== undefined || this.images === 0) return values ?? [];
    throw new Error(
      `measure gives no number "${name}", only ${[...this.#values.keys()].join(', ') || 'none'}`,
    );
  }
}

/** Null where there is nothing to divide by. */
export function ratio(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}
