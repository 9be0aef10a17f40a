import type { Dataset } from '@raremask/core';
import { factsFaults } from '@raremask/core/host';
import { describe } from '../guard/describe.ts';
import { brokenFacts, brokenListing } from './errors.ts';

/**
 * The ids of a data set, copied: from here on they are the same for everyone. They are asked for twice, as a
 * list that changes from call to call would leave samples out without a word.
 *
 * @param place what messages begin with, for example `data (mine)`
 */
export function listingOf(dataset: Pick<Dataset, 'ids'>, place: string): readonly string[] {
  const given: unknown = dataset.ids;
  if (!Array.isArray(given)) {
    throw brokenListing(place, 'no list of ids', 'a list of texts', describe(given));
  }
  const ids: readonly unknown[] = [...given];
  const known = new Set<unknown>();
  for (const [index, id] of ids.entries()) {
    if (typeof id !== 'string') {
      const got = `${describe(id)} as id ${index}`;
      throw brokenListing(place, 'an id that is no text', 'texts', got);
    }
    if (known.has(id)) throw brokenListing(place, 'an id twice', 'each once', id);
    known.add(id);
  }
  const listed = ids as readonly string[];
  checkListing(listed, dataset.ids, place, 'when it is asked again');
  return listed;
}

/** Refuses a data set of whose facts no task can be made. */
export function checkFacts({ facts }: Pick<Dataset, 'facts'>, place: string): void {
  for (const fault of factsFaults(facts)) throw brokenFacts(place, fault);
}

/** @param how the other list was come by, for messages */
export function checkListing(
  expected: readonly string[],
  got: readonly string[],
  place: string,
  how: string,
): void {
  const differing = expected.findIndex((id, index) => got[index] !== id);
  if (differing < 0 && got.length === expected.length) return;
  const at = differing < 0 ? expected.length : differing;
  const say = (ids: readonly string[]) => `${ids[at] ?? 'none'} as id ${at} of ${ids.length}`;
  throw brokenListing(place, `other ids ${how}`, say(expected), say(got));
}
