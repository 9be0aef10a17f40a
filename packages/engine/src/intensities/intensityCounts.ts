/** Sign, exponent and the first 11 bits behind the point: whole numbers to 4096 have bins of their own. */
const BITS = 20;
const DROPPED = 32 - BITS;

/**
 * Counts intensities in bins whose width grows with the value: a part in 2048 of it at most, whatever
 * the range. A bin stands for its end that is nearer to 0.
 */
export class IntensityCounts {
  readonly #counts = new Float64Array(2 ** BITS);
  readonly #float = new Float32Array(1);
  readonly #bits = new Uint32Array(this.#float.buffer);
  total = 0;

  add(value: number): void {
    // 0 makes -0 a 0.
    this.#float[0] = value + 0;
    this.#counts[this.#bits[0]! >>> DROPPED]!++;
    this.total++;
  }

  /** Between two neighbouring values in proportion, as numpy's percentile. */
  percentile(percent: number): number {
    const rank = (percent / 100) * (this.total - 1);
    let before = 0;
    let lower: number | undefined;
    for (const { value, count } of this.#ascending()) {
      if (lower !== undefined) return lower + (value - lower) * (rank - Math.floor(rank));
      before += count;
      if (before > Math.ceil(rank)) return value;
      if (before > Math.floor(rank)) lower = value;
    }
    return lower ?? Number.NaN;
  }

  /** Mean and variance after every value is brought between two. */
  momentsBetween(low: number, high: number): { mean: number; variance: number } {
    let mean = 0;
    let squares = 0;
    let counted = 0;
    for (const { value, count } of this.#ascending()) {
      const cut = Math.min(Math.max(value, low), high);
      counted += count;
      const change = cut - mean;
      mean += (change * count) / counted;
      squares += count * change * (cut - mean);
    }
    return { mean, variance: squares / counted };
  }

  *#ascending(): Generator<{ readonly value: number; readonly count: number }> {
    const half = 2 ** (BITS - 1);
    for (let place = 0; place < 2 * half; place++) {
      // The bits of negative numbers grow away from 0.
      const bin = place < half ? 2 * half - 1 - place : place - half;
      const count = this.#counts[bin]!;
      if (count === 0) continue;
      this.#bits[0] = bin << DROPPED;
      yield { value: this.#float[0]!, count };
    }
  }
}
