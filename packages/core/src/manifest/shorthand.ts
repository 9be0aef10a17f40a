import type { KindRow, Kinds } from '../contracts/kinds.ts';
import { type Entry, find, type Path, type TreeNode } from './tree.ts';

/**
 * Writes the short and the older forms of a place that names a plugin out in full, so that a later file
 * or override can add to it, and so that its mistakes are told like those of the long form:
 * `schedule: cosine` becomes `schedule: { use: cosine }`, and an option beside `use` moves below `with`.
 *
 * @param path where the node belongs
 */
export function expandShorthand(node: TreeNode, kinds: Kinds, path: Path = []): TreeNode {
  return Object.values(kinds).reduce((expanded, row) => expandOne(expanded, row, path), node);
}

/** Where an override of an older form puts its value: `train.optimizer.beta1` lies below `with`. */
export function expandedPath(path: Path, kinds: Kinds): Path {
  for (const { key, flat = [] } of Object.values(kinds)) {
    const place = key.split('.');
    const [option] = path.slice(place.length);
    const inside = place.every((segment, index) => path[index] === segment);
    if (inside && typeof option === 'string' && flat.includes(option)) {
      return [...place, 'with', ...path.slice(place.length)];
    }
  }
  return path;
}

function expandOne(node: TreeNode, row: KindRow, path: Path): TreeNode {
  const place = row.key.split('.');
  const rest = place.slice(path.length);
  const apart =
    path.length > place.length || path.some((segment, index) => segment !== place[index]);
  if (apart || (row.names === undefined && row.flat === undefined)) return node;
  const found = find(node, rest);
  if (found === undefined) return node;
  if (row.many) {
    if (found.type !== 'list') return node;
    const items = found.items.map((item) => withoutWord(item));
    return replaced(node, rest, { ...found, items });
  }
  return replaced(node, rest, withoutFlat(withoutWord(found), row.flat ?? []));
}

/** A word alone is what would stand after `use`. */
function withoutWord(node: TreeNode): TreeNode {
  if (node.type !== 'scalar' || typeof node.value !== 'string') return node;
  return { type: 'map', at: node.at, entries: new Map([['use', { key: node.at, value: node }]]) };
}

/** One that stands below `with` as well stays where it is, and is refused there. */
function withoutFlat(node: TreeNode, flat: readonly string[]): TreeNode {
  if (node.type !== 'map') return node;
  const below = node.entries.get('with');
  if (below !== undefined && below.value.type !== 'map') return node;
  const inside = new Map(below?.value.type === 'map' ? below.value.entries : []);
  const beside = new Map<string, Entry>();
  let first: Entry | undefined;
  for (const [key, entry] of node.entries) {
    if (key === 'with') continue;
    if (flat.includes(key) && !inside.has(key)) {
      inside.set(key, entry);
      first ??= entry;
    } else beside.set(key, entry);
  }
  if (first === undefined) return node;
  const at = below?.value.at ?? first.key;
  const options: TreeNode = { type: 'map', at, entries: inside };
  return { ...node, entries: beside.set('with', { key: below?.key ?? first.key, value: options }) };
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
