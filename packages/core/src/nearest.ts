import { distance } from 'fastest-levenshtein';

/**
 * The known name that a mistyped one most likely means; undefined where none is near.
 * Letter case, hyphens and underscores do not count; one name beginning the other is near.
 * Of names equally near the one of the same length wins.
 */
export function nearest(written: string, known: readonly string[]): string | undefined {
  const plain = (name: string) => name.toLowerCase().replaceAll(/[-_]/g, '');
  const goal = plain(written);
  const reach = Math.min(3, Math.max(1, Math.ceil(goal.length * 0.4)));
  const candidates = known.flatMap((name) => {
    const candidate = plain(name);
    const begins =
      Math.min(goal.length, candidate.length) >= 3 &&
      (goal.startsWith(candidate) || candidate.startsWith(goal));
    const edits = distance(goal, candidate);
    const stretch = Math.abs(goal.length - candidate.length);
    return edits <= reach || begins ? [{ name, edits, stretch }] : [];
  });
  candidates.sort((left, right) => left.edits - right.edits || left.stretch - right.stretch);
  return candidates[0]?.name;
}
