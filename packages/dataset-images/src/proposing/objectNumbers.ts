import type { Raster } from '../decoding/raster.ts';

/** From so many values in one mask, and so many masks of two or more, chance is no explanation any more. */
const SURE = { values: 4, masks: 5 };
/** Fewer masks of two or more say nothing. */
const LEAST = 3;
/** More values are looked at for their number alone. */
const MOST = 16;

/** Values that look as if they numbered objects. */
export interface ObjectNumbers {
  /** The highest. */
  readonly most: number;
  /** Whether so much speaks for it that chance is no explanation. */
  readonly isSure: boolean;
}

/**
 * Looks in masks for what numbered objects have and classes hardly: in each mask the values are 1, 2, 3 and so on
 * without a gap, each is one piece, how many there are differs from mask to mask, and most of them touch no other, as
 * a core within its rim would.
 */
export class ObjectNumberSearch {
  #isOver = false;
  #fewest = Number.POSITIVE_INFINITY;
  #most = 0;
  #several = 0;
  #objects = 0;
  #touching = 0;

  /** @param counts pixels of each value of the mask */
  add(
    { data, width, height }: Pick<Raster, 'data' | 'width' | 'height'>,
    counts: ReadonlyMap<number, number>,
  ): void {
    if (this.#isOver) return;
    const pixels = new Map(counts);
    pixels.delete(0);
    if (pixels.size === 0) return;
    const numbers = Array.from(pixels.keys(), (_, index) => index + 1);
    const pieces = new Pieces(data, width, height);
    this.#isOver = pixels.size > MOST || numbers.some((number) => !pixels.has(number));
    for (const [value, count] of this.#isOver ? [] : pixels) {
      const piece = pieces.of(value);
      this.#isOver ||= piece.pixels < count;
      if (pixels.size === 1) continue;
      this.#objects++;
      if (piece.touches) this.#touching++;
    }
    if (pixels.size > 1) this.#several++;
    this.#fewest = Math.min(this.#fewest, pixels.size);
    this.#most = Math.max(this.#most, pixels.size);
  }

  get found(): ObjectNumbers | undefined {
    const isLike =
      !this.#isOver &&
      this.#several >= LEAST &&
      this.#fewest < this.#most &&
      2 * this.#touching < this.#objects;
    if (!isLike) return undefined;
    const isSure = this.#most >= SURE.values && this.#several >= SURE.masks;
    return { most: this.#most, isSure };
  }
}

/** Pieces of one value, whose pixels touch along an edge or at a corner. */
class Pieces {
  readonly #data: Raster['data'];
  readonly #width: number;
  readonly #height: number;
  readonly #seen: Uint8Array;

  constructor(data: Raster['data'], width: number, height: number) {
    this.#data = data;
    this.#width = width;
    this.#height = height;
    this.#seen = new Uint8Array(width * height);
  }

  /** The first piece of a value: its pixels, and whether another value lies beside one of them. */
  of(value: number): { readonly pixels: number; readonly touches: boolean } {
    const waiting = [this.#data.indexOf(value)];
    this.#seen[waiting[0]!] = 1;
    let pixels = 0;
    let touches = false;
    for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
      pixels++;
      const row = Math.floor(at / this.#width);
      const column = at % this.#width;
      const bottom = Math.min(row + 1, this.#height - 1);
      const right = Math.min(column + 1, this.#width - 1);
      for (let y = Math.max(row - 1, 0); y <= bottom; y++) {
        for (let x = Math.max(column - 1, 0); x <= right; x++) {
          const beside = y * this.#width + x;
          const other = this.#data[beside];
          if (other !== value) touches ||= other !== 0;
          else if (this.#seen[beside] === 0) {
            this.#seen[beside] = 1;
            waiting.push(beside);
          }
        }
      }
    }
    return { pixels, touches };
  }
}
