/** Where a deck gets its cards: laps of the same size, each in an order of its own. */
export interface Laps {
  /** Cards of one lap. */
  readonly size: number;
  /** The cards of a lap, laps counted from 0. */
  lap(index: number): readonly string[];
}

/** Cards drawn without replacement, lap after lap, from any position of the endless sequence. */
export class Deck {
  readonly #laps: Laps;
  #index: number;
  #lap: readonly string[];
  #next: number;
  /** Cards passed over because their batch had them already. */
  readonly #deferred: string[] = [];

  constructor(laps: Laps, start: number) {
    this.#laps = laps;
    this.#index = Math.floor(start / laps.size);
    this.#next = start % laps.size;
    this.#lap = laps.lap(this.#index);
  }

  /** The next cards; none of them twice as long as one lap has that many. */
  draw(count: number): string[] {
    const drawn: string[] = [];
    const taken = new Set<string>();
    while (drawn.length < count) {
      if (taken.size === this.#laps.size) taken.clear();
      const card = this.#card(taken);
      taken.add(card);
      drawn.push(card);
    }
    return drawn;
  }

  #card(taken: ReadonlySet<string>): string {
    const waiting = this.#deferred.findIndex((card) => !taken.has(card));
    if (waiting >= 0) return this.#deferred.splice(waiting, 1)[0]!;
    for (;;) {
      if (this.#next === this.#laps.size) {
        this.#index += 1;
        this.#lap = this.#laps.lap(this.#index);
        this.#next = 0;
      }
      const card = this.#lap[this.#next]!;
      this.#next += 1;
      if (!taken.has(card)) return card;
      this.#deferred.push(card);
    }
  }
}
