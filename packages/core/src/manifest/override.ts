import type { Kinds } from '../contracts/kinds.ts';
import type { RaremaskError } from '../error.ts';
import { describeValue } from './describeSchema.ts';
import { overridePath, overrideSyntax } from './errors.ts';
import type { Mistake } from './mistake.ts';
import { readValue } from './readYaml.ts';
import { expandedPath, expandShorthand } from './shorthand.ts';
import {
  dotted,
  type ListNode,
  merge,
  type Path,
  type Place,
  type TreeNode,
  toJson,
} from './tree.ts';

/**
 * Applies one `a.b.c=value`. The value is YAML; a map merges with what is there, null takes away what is
 * written there (a map that is an entry of a list as well), anything else replaces it. What the path names
 * need not exist yet, except entries of lists.
 */
export function applyOverride(
  root: TreeNode,
  text: string,
  source: number,
  kinds: Kinds,
  mistakes: Mistake[],
): TreeNode {
  const at: Place = { text: `--set ${text}`, source, offset: 0 };
  const fail = (error: RaremaskError) => {
    mistakes.push({ at, error });
    return root;
  };
  const split = text.indexOf('=');
  if (split < 0) return fail(overrideSyntax(at.text, 'the override has no ='));
  const path = parsePath(text.slice(0, split));
  if (path === undefined) return fail(overrideSyntax(at.text, 'the override names no setting'));
  const written = text.slice(split + 1);
  // Names of packages need no quotation marks here, though YAML reserves the character.
  const read: ReturnType<typeof readValue> = written.startsWith('@')
    ? { node: { type: 'scalar', at, value: written }, mistakes: [], brokenFrom: 0 }
    : readValue(written, at);
  if (read.mistakes.length > 0) {
    mistakes.push(...read.mistakes);
    return root;
  }
  const value = read.node ?? { type: 'scalar', at, value: null };
  // Nothing after the =, or YAML's end of a document, is null as well: a slip, and no wish.
  const takesAway = /^\s*(null|~)\s*$/i.test(written);
  try {
    return put(root, expandedPath(path, kinds), 0, value, { at, kinds, takesAway });
  } catch (error) {
    return fail(error as RaremaskError);
  }
}

/** Words apart by dots; an index or a quoted word in brackets. */
function parsePath(text: string): Path | undefined {
  const path: (string | number)[] = [];
  let rest = text.trim();
  const step = /^(?:\.?\[(?:(\d+)|"([^"]+)"|'([^']+)')\]|\.?([^.[\]]+))/;
  while (rest !== '') {
    const match = step.exec(rest);
    if (match === null || (path.length === 0 && rest.startsWith('.'))) return undefined;
    const [whole, index, double, single, word] = match;
    path.push(index === undefined ? (double ?? single ?? word)! : Number(index));
    rest = rest.slice(whole.length);
    if (rest === '.') return undefined;
  }
  return path.length === 0 ? undefined : path;
}

interface Written {
  /** What messages call the override. */
  readonly at: Place;
  readonly kinds: Kinds;
  /** Whether null is written, which takes away what is there. */
  readonly takesAway: boolean;
}

function put(
  node: TreeNode | undefined,
  path: Path,
  depth: number,
  value: TreeNode,
  written: Written,
): TreeNode {
  const { at } = written;
  const segment = path[depth];
  if (segment === undefined) {
    const expanded = expandShorthand(value, written.kinds, path);
    return node === undefined ? expanded : merge(node, expanded);
  }
  const here = dotted(path.slice(0, depth)) || 'the manifest';
  if (node?.type === 'list') return putIntoList(node, path, depth, value, written);
  if (
    node !== undefined &&
    node.type !== 'map' &&
    !(node.type === 'scalar' && node.value === null)
  ) {
    throw overridePath(at.text, here, 'a map', describeValue(toJson(node)));
  }
  if (typeof segment === 'number') {
    const got = node === undefined ? 'nothing' : 'a map';
    throw overridePath(at.text, here, 'a list', got);
  }
  const entries = new Map(node?.type === 'map' ? node.entries : []);
  const old = entries.get(segment);
  const isLast = depth === path.length - 1;
  // Of a name that is not there, null stays: a mistaken name is told, and not passed over.
  if (isLast && written.takesAway && entries.delete(segment)) {
    return { type: 'map', at: node?.at ?? at, entries };
  }
  entries.set(segment, {
    key: isLast || old === undefined ? at : old.key,
    value: put(old?.value, path, depth + 1, value, written),
  });
  return { type: 'map', at: node?.at ?? at, entries };
}

function putIntoList(
  node: ListNode,
  path: Path,
  depth: number,
  value: TreeNode,
  written: Written,
): TreeNode {
  const { at } = written;
  const segment = path[depth]!;
  const index = typeof segment === 'number' || /^\d+$/.test(segment) ? Number(segment) : undefined;
  const indexed = path.map((step, place) =>
    place === depth && index !== undefined ? index : step,
  );
  const here = dotted(path.slice(0, depth));
  if (index === undefined || index >= node.items.length) {
    const expected =
      node.items.length === 0
        ? 'a list that has entries'
        : `an index from 0 to ${node.items.length - 1}`;
    throw overridePath(at.text, here, expected, String(segment));
  }
  const items = [...node.items];
  // Numbers of a list stand by their places: there null is a value.
  if (depth === path.length - 1 && written.takesAway && items[index]!.type === 'map') {
    items.splice(index, 1);
    return { ...node, items };
  }
  items[index] = put(items[index], indexed, depth + 1, value, written);
  return { ...node, items };
}
