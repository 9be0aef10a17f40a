import type { Inferred } from '../runner/runner.ts';
import { freeMemory } from './tileRule.ts';

/** Bytes of logits that stay in memory from one pass to the next: a share of what is free, and so many at most. */
const ROOM = { share: 1 / 8, most: 2 ** 29 };

/** How a judge comes to what the network says of some images, which are named in their order. */
export type Looking = (ids: readonly string[], look: () => Promise<Inferred>) => Promise<Inferred>;

/**
 * Share of so many logits for which there is room.
 *
 * @param room in bytes
 */
export function keptShare(logits: number, room = freeRoom()): number {
  return Math.min(1, room / Math.max(Float32Array.BYTES_PER_ELEMENT * logits, 1));
}

function freeRoom(): number {
  return Math.min(ROOM.share * freeMemory(), ROOM.most);
}

/**
 * What a network has said of images in one pass, for a second one over the same images: looking takes most of its
 * time, and what is decided may differ. Images for which there is no room are looked at again.
 */
export class KeptLogits {
  readonly #said = new Map<string, Inferred>();
  #room: number;

  /** @param room in bytes */
  constructor(room = freeRoom()) {
    this.#room = room;
  }

  /** Looks, and remembers. */
  readonly keeping: Looking = async (ids, look) => {
    const { logits, image } = await look();
    if (logits.byteLength <= this.#room) {
      this.#room -= logits.byteLength;
      this.#said.set(keyOf(ids), {
        logits: logits.slice(),
        ...(image && { image: image.slice() }),
      });
    }
    return { logits, ...(image && { image }) };
  };

  /** What is remembered, once; else it looks. */
  readonly recalling: Looking = async (ids, look) => {
    const key = keyOf(ids);
    const said = this.#said.get(key);
    this.#said.delete(key);
    return said ?? (await look());
  };
}

function keyOf(ids: readonly string[]): string {
  return JSON.stringify(ids);
}
