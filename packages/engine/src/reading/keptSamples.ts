import type { Sample } from '@raremask/core';

/**
 * Samples as the network sees them, so that they need not be read and resampled again. What no longer fits is not
 * kept: where every epoch goes through all samples, making room for one would drop another before it is asked for.
 */
export class KeptSamples {
  readonly #samples = new Map<string, Sample>();
  readonly #most: number;
  #bytes = 0;

  /** @param most bytes */
  constructor(most: number) {
    this.#most = most;
  }

  get(id: string): Sample | undefined {
    return this.#samples.get(id);
  }

  /** Whether it is this very object that is kept, and that nobody changes. */
  has(sample: Sample): boolean {
    return this.#samples.get(sample.id) === sample;
  }

  /** What follows from a sample: found once where the sample is kept. */
  once<T>(known: WeakMap<Sample, T>, sample: Sample, find: (sample: Sample) => T): T {
    if (!this.has(sample)) return find(sample);
    if (!known.has(sample)) known.set(sample, find(sample));
    return known.get(sample)!;
  }

  /** @param isOwn whether nobody else holds the sample: of a data set's own, which it may change, a copy is kept */
  keep(id: string, sample: Sample, isOwn: boolean): void {
    const { image, labels, weight } = sample;
    const bytes = image.byteLength + (labels?.byteLength ?? 0) + (weight?.byteLength ?? 0);
    if (this.#samples.has(id) || this.#bytes + bytes > this.#most) return;
    this.#samples.set(id, isOwn ? sample : copied(sample));
    this.#bytes += bytes;
  }
}

function copied(sample: Sample): Sample {
  const { image, labels, weight } = sample;
  return {
    ...sample,
    image: image.slice(),
    ...(labels && { labels: labels.slice() }),
    ...(weight && { weight: weight.slice() }),
  };
}
