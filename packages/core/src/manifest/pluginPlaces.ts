import type { KindRow, Kinds, MapEntry, PluginKind } from '../contracts/kinds.ts';
import type { Json } from '../contracts/random.ts';
import { find, type Path, type TreeNode, toJson } from './tree.ts';

/** A place that names a plugin, or would if the manifest said something there. */
export interface PluginPlace {
  readonly kind: PluginKind;
  readonly row: KindRow;
  readonly path: Path;
  /** Where it says which plugin. */
  readonly named: Path;
  /** The plugin where nothing is said: the standard one, or the one that a key of a map means. */
  readonly use?: string;
  /** True where the manifest says nothing at all here. */
  readonly unwritten: boolean;
  /** Where the options stand. */
  readonly options: Path;
  /** The keys there that are its options; left out, all of them. */
  readonly keys?: readonly string[];
}

/** Every plugin of a manifest, kind by kind, in the order of the manifest. */
export function placesOf(root: TreeNode, kinds: Kinds): PluginPlace[] {
  return Object.entries(kinds).flatMap(([name, row]): PluginPlace[] => {
    const kind = name as PluginKind;
    const path = row.key.split('.');
    const node = find(root, path);
    const long = (at: Path, more: Partial<PluginPlace> = {}): PluginPlace => ({
      kind,
      row,
      path: at,
      named: [...at, 'use'],
      unwritten: false,
      options: [...at, 'with'],
      ...more,
    });
    if (node?.type === 'list' && row.many) return node.items.map((_, at) => long([...path, at]));
    if (row.map !== undefined && (node === undefined || node.type === 'map')) {
      return row.map.flatMap((entry) => mapped(root, { kind, row, path }, entry));
    }
    if (row.many) return [];
    const silent = find(root, [...path, 'use']) === undefined && row.standard !== undefined;
    if (node === undefined && !silent) return [];
    return [long(path, silent ? { use: row.standard!, unwritten: true } : {})];
  });
}

/** The plugin that a key of a map means, or a few of its keys together. */
function mapped(
  root: TreeNode,
  own: Pick<PluginPlace, 'kind' | 'row' | 'path'>,
  { use, options: keys }: MapEntry,
): PluginPlace[] {
  const { path } = own;
  if (keys !== undefined) {
    const unwritten = keys.every((key) => find(root, [...path, key]) === undefined);
    return [{ ...own, named: path, use, unwritten, options: path, keys }];
  }
  const at = [...path, use];
  if (find(root, at) === undefined) return [];
  return [{ ...own, path: at, named: at, use, unwritten: false, options: at }];
}

/** The options of a place as they are written; undefined where they are no map. */
export function writtenOptions(root: TreeNode, { options, keys }: PluginPlace): Json | undefined {
  const node = find(root, options);
  if (node === undefined) return {};
  if (node.type !== 'map') return undefined;
  const all = toJson(node) as Readonly<Record<string, Json>>;
  if (keys === undefined) return all;
  return Object.fromEntries(Object.entries(all).filter(([key]) => keys.includes(key)));
}

/** Puts the options of a place into a manifest; those that share their map with others come first there. */
export function putOptions(
  manifest: Record<string, unknown>,
  { options: path, keys }: PluginPlace,
  options: Record<string, unknown>,
): void {
  let above = manifest;
  for (const segment of path.slice(0, -1)) above = above[segment] as Record<string, unknown>;
  const last = path.at(-1)!;
  above[last] =
    keys === undefined ? options : { ...options, ...without(above[last] as object, keys) };
}

function without(map: object, keys: readonly string[]): object {
  return Object.fromEntries(Object.entries(map).filter(([key]) => !keys.includes(key)));
}
