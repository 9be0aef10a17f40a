import type { Sample } from '@raremask/core';

/** Bytes of samples that one reader keeps. */
const MOST = 128 * 2 ** 20;

/**
 * Samples that were brought to a resolution, so that they need not be read and resampled again. What no
 * longer fits is not kept: where every epoch goes through all samples, making room for one would drop
 * another before it is asked for.
 */
export class KeptSamples {
  readonly #samples = new Map<string, Sample>();
  readonly #most: number;
  #bytes = 0;

  constructor(most = MOST) {
    this.#most = most;
  }

  get(id: string): Sample | undefined {
    return this.#samples.get(id);
  }

  keep(id: string, sample: Sample): void {
    const { image, labels, weight } = sample;
    const bytes = image.byteLength + (labels?.byteLength ?? 0) + (weight?.byteLength ?? 0);
    if (this.#samples.has(id) || this.#bytes + bytes > this.#most) return;
    this.#samples.set(id, sample);
    this.#bytes += bytes;
  }
}
