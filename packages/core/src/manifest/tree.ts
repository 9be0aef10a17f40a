import type { Json } from '../contracts/random.ts';

/** Where something is written. */
export interface Place {
  /** What messages begin with: `file:line:column`, or the override. */
  readonly text: string;
  /** Number of the source, in the order in which sources are read. */
  readonly source: number;
  /** Characters before it in its source. */
  readonly offset: number;
}

export type Path = readonly (string | number)[];
export type Scalar = string | number | boolean | null;

interface MapNode {
  readonly type: 'map';
  readonly at: Place;
  readonly entries: Map<string, Entry>;
}
export interface ListNode {
  readonly type: 'list';
  readonly at: Place;
  readonly items: TreeNode[];
}
interface ScalarNode {
  readonly type: 'scalar';
  readonly at: Place;
  readonly value: Scalar;
  /** True where the value could not be found out, and nothing more should be said about it. */
  readonly unknown?: true;
  /** The text with references to the environment that looks like a secret, and is kept instead of it. */
  readonly reference?: string;
}
/** A value of the manifest that remembers where it is written. */
export type TreeNode = MapNode | ListNode | ScalarNode;
export interface Entry {
  readonly key: Place;
  readonly value: TreeNode;
}

export function toJson(node: TreeNode): Json {
  switch (node.type) {
    case 'scalar':
      return node.value;
    case 'list':
      return node.items.map(toJson);
    case 'map':
      return Object.fromEntries([...node.entries].map(([key, { value }]) => [key, toJson(value)]));
  }
}

/** Every reference that is kept instead of a secret, with its path. */
export function* referencesIn(
  node: TreeNode,
  path: Path = [],
): Generator<{ readonly path: Path; readonly reference: string }> {
  if (node.type === 'scalar') {
    if (node.reference !== undefined) yield { path, reference: node.reference };
  } else if (node.type === 'list') {
    for (const [index, item] of node.items.entries()) yield* referencesIn(item, [...path, index]);
  } else {
    for (const [key, { value }] of node.entries) yield* referencesIn(value, [...path, key]);
  }
}

/** What is written at a path. */
export function find(root: TreeNode, path: Path): TreeNode | undefined {
  return follow(root, path).node;
}

/** Where the value at a path is written; where it is not, the key of the nearest that it belongs to. */
export function placeOf(root: TreeNode, path: Path): Place {
  const { node, key } = follow(root, path);
  return node === undefined ? key : node.at;
}

/** Where the key at the end of a path is written. */
export function keyPlaceOf(root: TreeNode, path: Path): Place {
  return follow(root, path).key;
}

function follow(
  root: TreeNode,
  path: Path,
): { readonly node: TreeNode | undefined; readonly key: Place } {
  let node: TreeNode | undefined = root;
  let key = root.at;
  for (const segment of path) {
    if (node.type === 'map') {
      const entry: Entry | undefined = node.entries.get(String(segment));
      if (entry === undefined) return { node: undefined, key };
      key = entry.key;
      node = entry.value;
    } else if (node.type === 'list') {
      const item: TreeNode | undefined = node.items[Number(segment)];
      if (item === undefined) return { node: undefined, key };
      key = item.at;
      node = item;
    } else {
      return { node: undefined, key };
    }
  }
  return { node, key };
}

/** The later one wins: maps merge, anything else is replaced. */
export function merge(earlier: TreeNode, later: TreeNode): TreeNode {
  if (earlier.type !== 'map' || later.type !== 'map') return later;
  const entries = new Map(earlier.entries);
  for (const [name, entry] of later.entries) {
    const present = entries.get(name);
    entries.set(
      name,
      present === undefined ? entry : { key: entry.key, value: merge(present.value, entry.value) },
    );
  }
  return { type: 'map', at: earlier.at, entries };
}

/** A path as messages write it: `loss[0].weight`. */
export function dotted(path: Path): string {
  return path
    .map((segment, index) => {
      if (typeof segment === 'number') return `[${segment}]`;
      const name = /^[\w-]+$/.test(segment) ? segment : JSON.stringify(segment);
      return index === 0 ? name : `.${name}`;
    })
    .join('');
}
