import { distance } from 'fastest-levenshtein';

/**
 * The known name that a mistyped one most likely means; undefined where none is near.
 * Letter case, hyphens and underscores do not count; one name beginning the other is near.
 */
export function nearest(written: string, known: readonly string[]): string | undefined {
  const plain = (name: string) => name.toLowerCase().replaceAll(/[-_]/g, '');
  const goal = plain(written);
  const reach = Math.min(3, Math.max(1, Math.ceil(goal.length * 0.4)));
  let best: { readonly name: string; readonly edits: number } | undefined;
  for (const name of known) {
    const candidate = plain(name);
    const begins =
      Math.min(goal.length, candidate.length) >= 3 &&
      (goal.startsWith(candidate) || candidate.startsWith(goal));
    const edits = distance(goal, candidate);
    if ((edits <= reach || begins) && edits < (best?.edits ?? Number.POSITIVE_INFINITY)) {
      best = { name, edits };
    }
  }
  return best?.name;
}
