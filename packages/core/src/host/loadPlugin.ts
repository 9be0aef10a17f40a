import { createRequire } from 'node:module';
import satisfies from 'semver/functions/satisfies.js';
import { KINDS, type Kinds, type PluginByKind, type PluginKind } from '../contracts/kinds.ts';
import { isRaremaskError } from '../error.ts';
import { pluginPeer } from './errors.ts';
import { ofKind, pluginOfModule } from './handshake.ts';
import { importModule } from './importModule.ts';
import type { LoadedPlugin } from './loadedPlugin.ts';
import { type PackageFile, pluginPackages, resolvePlugin } from './resolvePlugin.ts';

const CORE = '@raremask/core';
const { version: CORE_VERSION } = createRequire(import.meta.url)('../../package.json') as {
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
  const { url, package: found } = resolvePlugin(use, folder, where, standard);
  if (found !== undefined) checkPeer(found.file, use, where);
  const plugin = ofKind(
    pluginOfModule(await importModule(url, use, where), use, where, kinds),
    kind,
    use,
    where,
    kinds,
  );
  return {
    kind,
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
  return ofKind(pluginOfModule(await importModule(url, url, url), url, url), kind, url, url);
}

/** One plugin that is installed, or why it does not load. */
export interface InstalledPlugin {
  /** What a manifest writes after `use`. */
  readonly specifier: string;
  readonly version: string;
  /** Absent where the plugin does not load. */
  readonly kind?: PluginKind;
  readonly name?: string;
  readonly summary?: string;
  /** Why it does not load. */
  readonly error?: string;
}

/** Loads every plugin that is installed in reach of a folder. One that fails does not stop the others. */
export async function installedPlugins(folder: string): Promise<readonly InstalledPlugin[]> {
  return (await loadInstalled(folder)).map(({ specifier, version, loaded }) => {
    if (loaded instanceof Error) return { specifier, version, error: loaded.message };
    const { kind, name, summary } = loaded;
    return { specifier, version, kind, name, ...(summary !== undefined && { summary }) };
  });
}

/** What `installedPlugins` tells of, with the plugins themselves. */
export async function loadInstalled(
  folder: string,
  kinds: Kinds = KINDS,
): Promise<
  readonly {
    readonly specifier: string;
    readonly version: string;
    readonly loaded: PluginByKind[PluginKind] | Error;
  }[]
> {
  const listed = pluginPackages(folder).flatMap(({ file, specifiers }) =>
    specifiers.map((specifier) => ({ specifier, file })),
  );
  return await Promise.all(
    listed.map(async ({ specifier, file }) => ({
      specifier,
      version: file.version ?? '',
      loaded: await loadListed(specifier, folder, file, kinds),
    })),
  );
}

async function loadListed(
  specifier: string,
  folder: string,
  file: PackageFile,
  kinds: Kinds,
): Promise<PluginByKind[PluginKind] | Error> {
  try {
    const { url } = resolvePlugin(specifier, folder, specifier);
    checkPeer(file, specifier, specifier);
    return pluginOfModule(
      await importModule(url, specifier, specifier),
      specifier,
      specifier,
      kinds,
    );
  } catch (error) {
    if (isRaremaskError(error)) return error;
    throw error;
  }
}

/** `workspace:` ranges stand in packages that were never packed: they mean the copy beside them. */
function checkPeer(file: PackageFile, use: string, where: string): void {
  const range = file.peerDependencies?.[CORE];
  if (range === undefined || range.startsWith('workspace:')) return;
  if (!satisfies(CORE_VERSION, range, { includePrerelease: true })) {
    throw pluginPeer(where, file.name ?? use, range, CORE_VERSION);
  }
}

function identity(file: PackageFile, use: string): { name: string; version: string } {
  return { name: file.name ?? use, version: file.version ?? '0.0.0' };
}
