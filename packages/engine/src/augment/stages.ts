import type { RandomStream } from '@raremask/core';
import type { MadeAugmentation } from './makeAugmentations.ts';

/** Changes of place that follow each other, and the changes of values after them. */
export interface Stage {
  readonly places: readonly MadeAugmentation[];
  readonly changes: readonly MadeAugmentation[];
}

/** The augmentations in their order; there is a first stage in any case. */
export function stagesOf(
  augmentations: readonly MadeAugmentation[],
): readonly [Stage, ...(readonly Stage[])] {
  const stages: { places: MadeAugmentation[]; changes: MadeAugmentation[] }[] = [
    { places: [], changes: [] },
  ];
  for (const one of augmentations) {
    if (one.product.places !== undefined) {
      if (stages.at(-1)!.changes.length > 0) stages.push({ places: [], changes: [] });
      stages.at(-1)!.places.push(one);
    }
    if (one.product.window !== undefined) stages.at(-1)!.changes.push(one);
  }
  return stages as unknown as readonly [Stage, ...(readonly Stage[])];
}

/** The stream of each augmentation for one window: one that has begun goes on. */
export class Streams {
  readonly #window: RandomStream;
  readonly #own = new Map<MadeAugmentation, RandomStream>();

  /** @param window the window's own stream */
  constructor(window: RandomStream) {
    this.#window = window;
  }

  of(augmentation: MadeAugmentation): RandomStream {
    const known = this.#own.get(augmentation);
    if (known !== undefined) return known;
    const { stream } = augmentation;
    const own = stream === undefined ? this.#window : this.#window.fork(stream);
    this.#own.set(augmentation, own);
    return own;
  }
}
