import type { Batch } from '../reading/plan.ts';

/**
 * Batches in groups of those that are trained on at once; of one shape each, so that a batch of another one begins
 * the next group.
 *
 * @param most how many a group may have; asked when it begins
 */
export async function* grouped(
  batches: AsyncIterable<Batch>,
  most: () => number,
): AsyncGenerator<readonly Batch[]> {
  let group: Batch[] = [];
  let room = 0;
  for await (const batch of batches) {
    if (group.length > 0 && !isAlike(group[0]!, batch)) {
      yield group;
      group = [];
    }
    if (group.length === 0) room = most();
    group.push(batch);
    if (group.length < room) continue;
    yield group;
    group = [];
  }
  if (group.length > 0) yield group;
}

function isAlike(one: Batch, other: Batch): boolean {
  return one.draws.length === other.draws.length && one.size.join() === other.size.join();
}
