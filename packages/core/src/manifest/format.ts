import { laterFormat } from './errors.ts';
import type { Mistake } from './mistake.ts';
import { find, keyPlaceOf, type TreeNode } from './tree.ts';

/**
 * The format of manifests that this core reads; one that does not say has it, too. A number is used once and for good:
 * what a manifest of a lower one means is changed into the newest where it is read, and is never refused for its age.
 */
export const MANIFEST_FORMAT = 1;

/** A manifest of a later raremask: nothing else that it says is judged, as it may mean something else there. */
export function formatMistake(root: TreeNode): Mistake | undefined {
  const node = find(root, ['format']);
  if (node?.type !== 'scalar' || node.unknown) return undefined;
  const { value } = node;
  if (typeof value !== 'number' || !Number.isInteger(value) || value <= MANIFEST_FORMAT) {
    return undefined;
  }
  const at = keyPlaceOf(root, ['format']);
  return { at, error: laterFormat(at.text, value, MANIFEST_FORMAT) };
}
