/** Parts that the images are divided into for a figure that the search has not seen. */
const FOLDS = 5;

/**
 * The part of each image: those of a group are in one. Groups with the class are dealt first, so that each
 * part has some.
 *
 * @returns undefined of a single group, which cannot be divided
 */
export function foldsOf(
  images: readonly { readonly group: string; readonly filled: boolean }[],
): { readonly of: readonly number[]; readonly count: number } | undefined {
  const filled = new Map<string, boolean>();
  for (const image of images) {
    filled.set(image.group, image.filled || (filled.get(image.group) ?? false));
  }
  const groups = [...filled.keys()].sort((left, right) => {
    const apart = Number(filled.get(right)) - Number(filled.get(left));
    return apart !== 0 ? apart : left < right ? -1 : 1;
  });
  if (groups.length < 2) return undefined;
  const count = Math.min(FOLDS, groups.length);
  const fold = new Map(groups.map((group, at) => [group, at % count]));
  return { of: images.map(({ group }) => fold.get(group)!), count };
}
