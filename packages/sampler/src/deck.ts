/** Where a deck gets its cards: laps of the same size, each in an order of its own; or a single lap. */
export interface Laps {
  /** Cards of one lap. */
  readonly size: number;
  /** How often a card comes in one lap, on average; above 0. */
  copies(card: string): number;
  /** The cards of a lap, laps counted from 0; none after the last. */
  lap(index: number): readonly string[];
}

/** Cards drawn lap after lap, from any position of the endless sequence. */
export class Deck {
  readonly #laps: Laps;
  #index: number;
  #lap: readonly string[];
  #next: number;
  /** Cards passed over because their batch had enough of them already. */
  readonly #deferred: string[] = [];

  constructor(laps: Laps, start: number) {
    this.#laps = laps;
    this.#index = Math.floor(start / laps.size);
    this.#next = start % laps.size;
    this.#lap = laps.lap(this.#index);
  }

  /**
   * The next cards, of which there have to be as many. None comes twice, unless so many are asked for that its own share of them is
   * more than one.
   *
   * @param distinct the first so many differ, whatever their shares; the laps have to have as many
   */
  draw(count: number, distinct = 0): string[] {
    const drawn: string[] = [];
    const taken = new Map<string, number>();
    const fits = (card: string): boolean => {
      const own = taken.get(card) ?? 0;
      if (own === 0) return true;
      if (drawn.length < distinct) return false;
      const share = this.#laps.copies(card) / this.#laps.size;
      return own < Math.ceil((drawn.length + 1) * share - ROUNDING);
    };
    while (drawn.length < count) {
      const card = this.#card(fits, distinct > 0 ? MOST_WAITING : Number.POSITIVE_INFINITY);
      taken.set(card, (taken.get(card) ?? 0) + 1);
      drawn.push(card);
    }
    return drawn;
  }

  #card(fits: (card: string) => boolean, mostDeferred: number): string {
    const waiting = this.#deferred.findIndex(fits);
    if (waiting >= 0) return this.#deferred.splice(waiting, 1)[0]!;
    for (;;) {
      if (this.#next >= this.#lap.length) {
        this.#index += 1;
        this.#lap = this.#laps.lap(this.#index);
        this.#next = 0;
        // Rather twice in the last batches than not as often as it was said.
        if (this.#lap.length === 0) return this.#deferred.shift()!;
      }
      const card = this.#lap[this.#next]!;
      this.#next += 1;
      if (fits(card)) return card;
      // Where cards have to differ, one of more than its share would wait in ever longer a row.
      if (this.#deferred.length < mostDeferred) this.#deferred.push(card);
    }
  }
}

const MOST_WAITING = 100;

/** Keeps 3 x (1 / 3) from being more than 1. */
const ROUNDING = 1e-9;
