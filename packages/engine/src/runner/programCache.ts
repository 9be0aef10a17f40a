/** What the runtime holds for a program grows with its pixels: about a kilobyte a pixel in training. */
const PIXELS = 2 ** 20;

/**
 * Compiled programs by the size of their batch. Each holds memory for its size, so only as many are
 * kept as a number of pixels allows; the one that was not used for longest makes room.
 */
export class ProgramCache<P> {
  readonly #entries = new Map<string, { readonly program: P; readonly pixels: number }>();
  readonly #discard: (program: P) => Promise<void>;
  readonly #most: number;
  #pixels = 0;

  constructor(discard: (program: P) => Promise<void>, most = PIXELS) {
    this.#discard = discard;
    this.#most = most;
  }

  /**
   * @param shape [count, ...size]
   * @param use tells programs of one shape apart
   */
  get(shape: readonly number[], use = ''): P | undefined {
    const key = keyOf(shape, use);
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    // The last one used stands last.
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return entry.program;
  }

  /** Whether a program of this shape can be added without discarding another. */
  hasRoom(shape: readonly number[]): boolean {
    return this.#pixels + product(shape) <= this.#most;
  }

  async add(shape: readonly number[], program: P, use = ''): Promise<void> {
    while (this.#entries.size > 0 && !this.hasRoom(shape)) {
      const [key, { program: oldest, pixels }] = this.#entries.entries().next().value!;
      this.#entries.delete(key);
      this.#pixels -= pixels;
      await this.#discard(oldest);
    }
    const pixels = product(shape);
    this.#entries.set(keyOf(shape, use), { program, pixels });
    this.#pixels += pixels;
  }

  async clear(): Promise<void> {
    for (const { program } of this.#entries.values()) await this.#discard(program);
    this.#entries.clear();
    this.#pixels = 0;
  }
}

function keyOf(shape: readonly number[], use: string): string {
  return `${use} ${shape.join()}`;
}

function product(shape: readonly number[]): number {
  return shape.reduce((result, extent) => result * extent, 1);
}
