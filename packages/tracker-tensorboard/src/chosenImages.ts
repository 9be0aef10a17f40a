import type { TrackedImage } from '@raremask/core';
import { UNJUDGED } from './foreground.ts';

/** Share of the images that may be without foreground: most validation images are, and show little. */
const EMPTY_SHARE = 1 / 4;

/** Chooses images in the first epoch that is validated, and shows the same ones ever after. */
export class ChosenImages {
  #left: { foreground: number; empty: number };
  readonly #ids = new Set<string>();
  #epoch: number | undefined;

  constructor(images: number) {
    const empty = Math.floor(images * EMPTY_SHARE);
    this.#left = { foreground: images - empty, empty };
  }

  shows({ epoch, id, truth }: TrackedImage): boolean {
    this.#epoch ??= epoch;
    if (this.#ids.has(id)) return true;
    if (epoch !== this.#epoch) return false;
    const kind = truth.some((label) => label !== 0 && label !== UNJUDGED) ? 'foreground' : 'empty';
    if (this.#left[kind] === 0) return false;
    this.#left[kind]--;
    this.#ids.add(id);
    return true;
  }
}
