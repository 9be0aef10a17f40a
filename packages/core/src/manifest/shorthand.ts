import { find, type Path, type TreeNode } from './tree.ts';

const SCHEDULE = ['train', 'schedule'] as const;

/**
 * Writes `schedule: cosine` out as `schedule: { use: cosine }`, so that a later file or override can
 * add to it, and so that its mistakes are told like those of the long form.
 *
 * @param path where the node belongs
 */
export function expandShorthand(node: TreeNode, path: Path = []): TreeNode {
  const rest = SCHEDULE.slice(path.length);
  if (path.length > SCHEDULE.length || path.some((segment, index) => segment !== SCHEDULE[index])) {
    return node;
  }
  const schedule = find(node, rest);
  if (schedule?.type !== 'scalar' || typeof schedule.value !== 'string') return node;
  return replaced(node, rest, {
    type: 'map',
    at: schedule.at,
    entries: new Map([['use', { key: schedule.at, value: schedule }]]),
  });
}

function replaced(node: TreeNode, path: readonly string[], value: TreeNode): TreeNode {
  const [first, ...rest] = path;
  if (first === undefined) return value;
  if (node.type !== 'map') return node;
  const entry = node.entries.get(first)!;
  const entries = new Map(node.entries).set(first, {
    ...entry,
    value: replaced(entry.value, rest, value),
  });
  return { ...node, entries };
}
