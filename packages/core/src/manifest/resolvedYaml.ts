import { Document, isScalar, visit } from 'yaml';
import type { PluginKind } from '../contracts/kinds.ts';
import type { LoadedPlugin } from '../host/loadedPlugin.ts';
import type { Manifest } from './shape.ts';

/** Writes a manifest out so that loading it gives the same run; each `use` with its version beside it. */
export function resolvedYaml(
  manifest: Manifest,
  plugins: readonly LoadedPlugin<PluginKind>[],
  files: readonly string[],
): string {
  const document = new Document(writable(manifest));
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

/** Leaves out what is filled in for every manifest and would be refused, because there it has no effect. */
function writable(manifest: Manifest): object {
  const { data } = manifest;
  const { stratify, ...lists } = data.split;
  return {
    ...manifest,
    data: { ...data, split: typeof data.split.validation === 'number' ? data.split : lists },
  };
}
