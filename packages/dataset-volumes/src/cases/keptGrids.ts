import type { Grid } from './grid.ts';

/** Memory for cases, in bytes; each reader thread has its own. */
const MEMORY = 2 ** 28;

/** So many cases stay, however large they are: slices of one are often read one after the other. */
const LEAST = 2;

/** Cases that stay in memory; the one that was not asked for the longest goes first. */
export class KeptGrids {
  readonly #grids = new Map<string, { readonly grid: Promise<Grid>; bytes: number }>();
  readonly #memory: number;
  #bytes = 0;

  constructor(memory = MEMORY) {
    this.#memory = memory;
  }

  /** A case that is kept, or the one that is read now. */
  get(id: string, read: () => Promise<Grid>): Promise<Grid> {
    const known = this.#grids.get(id);
    if (known !== undefined) {
      this.#grids.delete(id);
      this.#grids.set(id, known);
      return known.grid;
    }
    const entry = { grid: read(), bytes: 0 };
    this.#grids.set(id, entry);
    entry.grid.then(
      ({ image, labels }) => {
        if (this.#grids.get(id) !== entry) return;
        entry.bytes = image.byteLength + (labels?.byteLength ?? 0);
        this.#bytes += entry.bytes;
        this.#makeRoom();
      },
      () => {
        if (this.#grids.get(id) === entry) this.#grids.delete(id);
      },
    );
    return entry.grid;
  }

  clear(): void {
    this.#grids.clear();
    this.#bytes = 0;
  }

  #makeRoom(): void {
    for (const [id, { bytes }] of this.#grids) {
      if (this.#bytes <= this.#memory || this.#grids.size <= LEAST) return;
      // Those that are being read still will need room, but have none yet.
      if (bytes === 0) continue;
      this.#grids.delete(id);
      this.#bytes -= bytes;
    }
  }
}
