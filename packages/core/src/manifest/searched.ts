import { find, type TreeNode } from './tree.ts';

/** What a stated cost decides. A gate that is left out is searched anyway where a model has one. */
const SEARCHED = ['threshold', 'minimumSize', 'peak'] as const;

/** With a cost, the parts of the decision that are left out are searched for it. */
export function withSearched(root: TreeNode): TreeNode {
  const evaluate = find(root, ['evaluate']);
  const cost = find(root, ['evaluate', 'cost']);
  if (root.type !== 'map' || evaluate?.type !== 'map' || cost?.type !== 'map') return root;
  const entries = new Map(evaluate.entries);
  for (const name of SEARCHED) {
    if (entries.has(name)) continue;
    entries.set(name, { key: cost.at, value: { type: 'scalar', at: cost.at, value: 'auto' } });
  }
  const { key } = root.entries.get('evaluate')!;
  const value: TreeNode = { ...evaluate, entries };
  return { ...root, entries: new Map(root.entries).set('evaluate', { key, value }) };
}
