import type { Dataset, Sample } from '@raremask/core';

/** A data set of which some samples are kept, since several readers want the same ones. */
export interface Remembered {
  readonly dataset: Dataset;
  /**
   * Divides ids, in their order, into groups of so many pixels, or of one sample that has more. Samples of the group
   * that was given last are kept; what cannot be read fails for each reader anew, with the same reason.
   */
  groups(ids: readonly string[], pixels: number): AsyncGenerator<readonly string[]>;
}

export function remembered(dataset: Dataset): Remembered {
  const kept = new Map<string, Promise<Sample>>();
  return {
    dataset: { ...dataset, read: (id) => kept.get(id) ?? dataset.read(id) },
    async *groups(ids, pixels) {
      let group: string[] = [];
      let total = 0;
      for (const id of ids) {
        const reading = (async () => await dataset.read(id))();
        const own = await reading.then(
          ({ size }) => size.reduce((product, extent) => product * extent, 1),
          () => 0,
        );
        if (group.length > 0 && total + own > pixels) {
          yield group;
          kept.clear();
          group = [];
          total = 0;
        }
        kept.set(id, reading);
        group.push(id);
        total += own;
      }
      if (group.length > 0) yield group;
      kept.clear();
    },
  };
}
