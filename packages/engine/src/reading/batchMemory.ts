/** Buffers that wait to be used again: those of the batches that are read ahead. */
const KEPT = 12;

/** Memory for batches, shared between threads, so that a batch changes hands without being copied. */
export class BatchMemory {
  #free: SharedArrayBuffer[] = [];

  /** Zeros. */
  take(length: number): Float32Array {
    const bytes = length * Float32Array.BYTES_PER_ELEMENT;
    const at = this.#free.findIndex((buffer) => buffer.byteLength === bytes);
    if (at < 0) return new Float32Array(new SharedArrayBuffer(bytes));
    const [buffer] = this.#free.splice(at, 1);
    return new Float32Array(buffer!).fill(0);
  }

  /** Memory that nobody reads any more; the oldest is dropped where there is more than is needed. */
  give(buffers: readonly ArrayBufferLike[]): void {
    const shared = buffers.filter((buffer) => buffer instanceof SharedArrayBuffer);
    this.#free = [...this.#free, ...shared].slice(-KEPT);
  }
}
