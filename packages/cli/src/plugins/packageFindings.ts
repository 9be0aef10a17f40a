import { isDeepStrictEqual } from 'node:util';
import type { Plugin } from '@raremask/core';
import {
  aboutPlugin,
  declaredPlugins,
  installedFromNames,
  type PluginInfo,
  pluginPackageFileIn,
  readPackageFile,
} from '@raremask/core/host';

/** Something that is wrong with a plugin. */
export interface Finding {
  /** The check that it fails, a fact in the present tense. */
  readonly check: string;
  readonly says: string;
}

/**
 * The names after `use` of the plugins of a package's folder; undefined where it is no package.
 *
 * @throws RAREMASK_PLUGIN_PACKAGE_FILE where its package.json is broken
 */
export function pluginsOfFolder(folder: string): readonly string[] | undefined {
  const file = pluginPackageFileIn(folder, folder, folder);
  if (file === undefined) return undefined;
  const name = file.name ?? '.';
  const declared = declaredPlugins(file) ?? [{ entry: '.' }];
  return declared.map(({ entry }) => name + entry.slice(1));
}

/**
 * What is wrong with the package of a plugin.
 *
 * @param plugin once it is loaded: what package.json says of it is compared
 */
export function packageFindings(
  { about, module, package: found }: PluginInfo,
  folder: string,
  plugin?: Plugin,
): Finding[] {
  if (found === undefined) return [];
  const file = readPackageFile(found.folder) ?? {};
  const findings: Finding[] = [];
  const wrong = (check: string, says: string) => findings.push({ check, says });
  const declared = declaredPlugins(file);
  if (declared === undefined) {
    wrong(
      'is announced in package.json',
      'package.json has no field raremask, so that no list shows the plugin. Do this: write "raremask": { "plugins": { ".": { ... } } } as `raremask new` does.',
    );
  }
  if (file.type !== 'module' && !module.endsWith('.mjs')) {
    wrong(
      'is an ES module',
      'package.json does not say "type": "module". Do this: write it, and import and export in the sources.',
    );
  }
  for (const name of found.bundles) {
    wrong(
      'shares core and tfjs',
      `${name} stands among the dependencies, so that npm may install a second copy. Do this: move it to peerDependencies.`,
    );
  }
  for (const { name, range, version, fits } of found.peers) {
    if (fits) continue;
    wrong(
      'has peers that fit',
      `it asks for ${name} ${range}, and ${version === undefined ? 'there is none' : `${version} is here`}. Do this: install one that fits, or widen the range.`,
    );
  }
  if (plugin === undefined) return findings;
  const said = aboutPlugin(plugin);
  if (about !== undefined && !isDeepStrictEqual(about, said)) {
    wrong(
      'is what package.json says',
      `package.json says ${JSON.stringify(about)}. Expected: ${JSON.stringify(said)}. Do this: write that under raremask.plugins.`,
    );
  }
  const namesakes = installedFromNames(folder, said).filter(
    (other) => other !== found.name && !other.startsWith(`${found.name}/`),
  );
  if (namesakes.length > 0) {
    wrong(
      'has a name of its own',
      `${namesakes.join(', ')} is called ${said.name} too, and curves and messages would not tell them apart. Do this: choose another name.`,
    );
  }
  return findings;
}
