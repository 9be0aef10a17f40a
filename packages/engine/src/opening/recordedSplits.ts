import type { RecordedSplits } from '@raremask/record';
import { splitChanged } from './errors.ts';
import type { SplitIds } from './split.ts';

const NAMES = ['train', 'validation', 'test'] as const;
type Name = (typeof NAMES)[number];

/** How many names stand in a note. */
const NAMED = 3;

/**
 * A data set divided as a run has divided it. What the run did not know is in no split, and what is gone is
 * in none any more; both are said. Undefined where the set has nothing of the run: it is another one.
 */
export function keptSplits(
  ids: readonly string[],
  recorded: RecordedSplits,
  warn: (line: string) => void,
): SplitIds | undefined {
  const splitOf = byId(recorded);
  const found: SplitIds = { train: [], validation: [], test: [] };
  const added: string[] = [];
  for (const id of ids) {
    const name = splitOf.get(id);
    if (name === undefined) added.push(id);
    else found[name].push(id);
    splitOf.delete(id);
  }
  if (added.length === ids.length) {
    warn(
      'data.split: none of the images that the run was trained on is here; they are divided as the manifest says',
    );
    return undefined;
  }
  if (added.length > 0) {
    warn(
      `data.split: ${some(added)} not among the images of the run: in no split, since the splits are those that it was trained with (splits.json)`,
    );
  }
  if (splitOf.size > 0)
    warn(`data.split: ${some([...splitOf.keys()])} gone since the run was trained`);
  return found;
}

/** Throws where lists put samples to score that a run was trained on, or the reverse. */
export function checkSplits(found: SplitIds, recorded: RecordedSplits): void {
  const splitOf = byId(recorded);
  const moved = NAMES.flatMap((name) =>
    found[name].flatMap((id) => {
      const before = splitOf.get(id) ?? name;
      return (before === 'train') === (name === 'train') ? [] : [{ id, before, name }];
    }),
  );
  if (moved.length > 0) throw splitChanged(moved);
}

function byId(splits: RecordedSplits): Map<string, Name> {
  return new Map(NAMES.flatMap((name) => splits[name].map((id): [string, Name] => [id, name])));
}

function some(ids: readonly string[]): string {
  const shown = ids.slice(0, NAMED).join(', ');
  return ids.length === 1
    ? `${shown} is`
    : `${ids.length} images (${shown}${ids.length > NAMED ? ', ...' : ''}) are`;
}
