/** Arrays end to end. */
export class Joined {
  readonly values: Float32Array;
  readonly #ends: readonly number[];

  /** @param into holds them, where it is as long as they are; else an array of its own does */
  constructor(arrays: readonly Float32Array[], into?: Float32Array) {
    let length = 0;
    this.#ends = arrays.map((array) => {
      length += array.length;
      return length;
    });
    this.values = into?.length === length ? into : new Float32Array(length);
    for (const [index, array] of arrays.entries()) this.values.set(array, this.#start(index));
  }

  /** A copy of one of them, as it is now. */
  part(index: number): Float32Array {
    return this.values.slice(this.#start(index), this.#ends[index]);
  }

  #start(index: number): number {
    return this.#ends[index - 1] ?? 0;
  }
}
