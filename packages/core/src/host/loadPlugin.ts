import { createRequire } from 'node:module';
import satisfies from 'semver/functions/satisfies.js';
import {
  KINDS,
  type Kinds,
  type Plugin,
  type PluginByKind,
  type PluginKind,
} from '../contracts/kinds.ts';
import { isRaremaskError } from '../error.ts';
import { pluginLoad, pluginPeer } from './errors.ts';
import { ofKind, pluginOfModule } from './handshake.ts';
import { importModule } from './importModule.ts';
import type { LoadedPlugin } from './loadedPlugin.ts';
import type { PackageFile } from './packageFile.ts';
import { resolvePlugin } from './resolvePlugin.ts';
import { stackPlace } from './stackPlace.ts';

const CORE = '@raremask/core';
export const { version: CORE_VERSION } = createRequire(import.meta.url)('../../package.json') as {
  readonly version: string;
};

/** A plugin whose options nobody has looked at yet. */
export type FoundPlugin<K extends PluginKind> = Pick<
  LoadedPlugin<K>,
  'kind' | 'plugin' | 'use' | 'url' | 'package'
>;

export interface LoadPluginOptions {
  /** Where packages are looked for that the folder does not reach: beside the command that runs. */
  readonly standard?: string | undefined;
  /** Left out, the kinds that this core knows. */
  readonly kinds?: Kinds;
}

/**
 * Finds a plugin from a folder, imports it, and shakes hands: peer range, api number, kind.
 *
 * @param use npm name, subpath of one, or file
 * @param folder where the search starts, absolute: the manifest's
 * @param where what messages begin with; left out, the name itself
 */
export async function loadPlugin<K extends PluginKind>(
  use: string,
  folder: string,
  kind: K,
  where: string = use,
  { standard, kinds = KINDS }: LoadPluginOptions = {},
): Promise<FoundPlugin<K>> {
  const found = await loadAnyPlugin(use, folder, where, { standard, kinds });
  return { ...found, kind, plugin: ofKind(found.plugin, kind, use, where, kinds) };
}

/** Finds and imports a plugin of whatever kind. */
export async function loadAnyPlugin(
  use: string,
  folder: string,
  where: string = use,
  { standard, kinds = KINDS }: LoadPluginOptions = {},
): Promise<FoundPlugin<PluginKind>> {
  const { url, package: found } = resolvePlugin(use, folder, where, standard);
  if (found !== undefined) checkPeer(found.file, use, where);
  const plugin = pluginIn(await importModule(url, use, where), { url, use, where }, kinds);
  return {
    kind: plugin.kind,
    plugin,
    use,
    url,
    ...(found !== undefined && { package: identity(found.file, use) }),
  };
}

/** Imports a plugin that `loadPlugin` has found, for example in another thread. */
export async function loadPluginFromUrl<K extends PluginKind>(
  url: string,
  kind: K,
): Promise<PluginByKind[K]> {
  const named = { url, use: url, where: url };
  return ofKind(pluginIn(await importModule(url, url, url), named), kind, url, url);
}

/** Its parts may be getters, which throw. */
function pluginIn(
  module: unknown,
  { url, use, where }: { readonly url: string; readonly use: string; readonly where: string },
  kinds?: Kinds,
): Plugin {
  try {
    return pluginOfModule(module, use, where, kinds);
  } catch (error) {
    if (isRaremaskError(error)) throw error;
    throw pluginLoad(where, use, error, stackPlace(error, url));
  }
}

/** `workspace:` ranges stand in packages that were never packed: they mean the copy beside them. */
export function checkPeer(file: PackageFile, use: string, where: string): void {
  const range = file.peerDependencies?.[CORE];
  if (range === undefined || range.startsWith('workspace:')) return;
  if (!satisfies(CORE_VERSION, range, { includePrerelease: true })) {
    throw pluginPeer(where, file.name ?? use, range, CORE_VERSION);
  }
}

function identity(file: PackageFile, use: string): { name: string; version: string } {
  return { name: file.name ?? use, version: file.version ?? '0.0.0' };
}
