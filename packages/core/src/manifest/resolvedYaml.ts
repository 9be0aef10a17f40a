import { Document, isScalar, visit } from 'yaml';
import type { PluginKind } from '../contracts/kinds.ts';
import type { LoadedPlugin } from '../host/loadedPlugin.ts';
import type { Manifest } from './shape.ts';
import type { Path } from './tree.ts';

/** Writes a manifest out so that loading it gives the same run; each `use` with its version beside it. */
export function resolvedYaml(
  manifest: Manifest,
  plugins: readonly LoadedPlugin<PluginKind>[],
  files: readonly string[],
  references: Iterable<Reference>,
): string {
  const document = new Document(writable(withReferences(manifest, references)));
  const names = files.map((file) => file.split(/[/\\]/).at(-1)).join(', ');
  document.commentBefore = ` Resolved from ${names}: overrides, variables and defaults are written out.`;
  for (const { place, package: from } of plugins) {
    const path = place.split(/[.[\]]+/).filter(Boolean);
    const use = document.getIn([...path, 'use'], true);
    if (from !== undefined && isScalar(use)) use.comment = ` ${from.name} ${from.version}`;
  }
  visit(document, {
    Seq: (_, list) => {
      list.flow = list.items.every(isScalar);
    },
  });
  return document.toString({ lineWidth: 100, flowCollectionPadding: false });
}

/** A text that is kept instead of the secret that it stands for. */
export interface Reference {
  readonly path: Path;
  readonly reference: string;
}

/** The manifest with references in the place of secrets. */
export function withReferences(manifest: Manifest, references: Iterable<Reference>): Manifest {
  const shown = structuredClone(manifest);
  for (const { path, reference } of references) {
    let place: unknown = shown;
    for (const step of path.slice(0, -1)) place = (place as Record<PropertyKey, unknown>)?.[step];
    const last = path.at(-1);
    if (typeof place === 'object' && place !== null && last !== undefined && last in place) {
      (place as Record<PropertyKey, unknown>)[last] = reference;
    }
  }
  return shown;
}

/** Leaves out what is filled in for every manifest and would be refused, because there it has no effect. */
function writable(manifest: Manifest): object {
  const { data } = manifest;
  const { stratify, ...lists } = data.split;
  return {
    ...manifest,
    data: { ...data, split: typeof data.split.validation === 'number' ? data.split : lists },
  };
}
