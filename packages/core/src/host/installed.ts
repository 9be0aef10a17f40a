import { fileURLToPath } from 'node:url';
import { API } from '../contracts/definition.ts';
import { KINDS, type Kinds, type PluginByKind, type PluginKind } from '../contracts/kinds.ts';
import { isRaremaskError } from '../error.ts';
import type { PluginAbout } from './declared.ts';
import { notPlugin, pluginApi } from './errors.ts';
import { pluginOfModule } from './handshake.ts';
import { importModule, refuseSecondCopy } from './importModule.ts';
import { checkPeer } from './loadPlugin.ts';
import type { PackageFile } from './packageFile.ts';
import { pluginPackages, resolvePlugin } from './resolvePlugin.ts';

/** One plugin that is installed, or why it cannot be used. */
export interface InstalledPlugin {
  /** What a manifest writes after `use`. */
  readonly specifier: string;
  readonly version: string;
  /** Absent where the plugin cannot be used, and nobody says what it is. */
  readonly kind?: PluginKind;
  readonly name?: string;
  readonly summary?: string;
  /** Why it cannot be used. */
  readonly error?: string;
}

/**
 * Every plugin that is installed in reach of a folder. What packages say of theirs is read without running
 * them, and peers, contracts and copies of tfjs are compared; a package that only lists its entries is
 * loaded. One that fails does not stop the others.
 */
export async function installedPlugins(folder: string): Promise<readonly InstalledPlugin[]> {
  return await Promise.all(
    pluginPackages(folder).flatMap(({ file, plugins }) =>
      plugins.map(async ({ specifier, about }): Promise<InstalledPlugin> => {
        const version = file.version ?? '';
        const known = about && { kind: about.kind, name: about.name, summary: about.summary };
        const found = await caught(async () => {
          if (about === undefined) return await loaded(specifier, folder, file, KINDS);
          readable(specifier, folder, file, about);
          return about;
        });
        if (found instanceof Error) {
          return { specifier, version, ...defined(known), error: found.message };
        }
        const { kind, name, summary } = found;
        return { specifier, version, ...defined({ kind, name, summary }) };
      }),
    ),
  );
}

/** What a manifest in a folder writes for installed plugins that say they have this kind and name. */
export function installedFromNames(
  folder: string,
  { kind, name }: Pick<PluginAbout, 'kind' | 'name'>,
): readonly string[] {
  return pluginPackages(folder).flatMap(({ plugins }) =>
    plugins
      .filter(({ about }) => about?.kind === kind && about.name === name)
      .map(({ specifier }) => specifier),
  );
}

/** All installed plugins themselves, for what only their code knows: the schemas of their options. */
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
  return await Promise.all(
    pluginPackages(folder).flatMap(({ file, plugins }) =>
      plugins.map(async ({ specifier }) => ({
        specifier,
        version: file.version ?? '',
        loaded: await caught(() => loaded(specifier, folder, file, kinds)),
      })),
    ),
  );
}

/** Refuses what can be seen to fail without running it. */
function readable(use: string, folder: string, file: PackageFile, about: PluginAbout): void {
  const { url } = resolvePlugin(use, folder, use);
  checkPeer(file, use, use);
  if (about.api !== API) throw pluginApi(use, use, String(about.api), API);
  if (!Object.hasOwn(KINDS, about.kind)) {
    throw notPlugin(use, use, `a ${about.kind}, as its package.json says`);
  }
  refuseSecondCopy(fileURLToPath(url), use, use);
}

async function loaded(
  use: string,
  folder: string,
  file: PackageFile,
  kinds: Kinds,
): Promise<PluginByKind[PluginKind]> {
  const { url } = resolvePlugin(use, folder, use);
  checkPeer(file, use, use);
  return pluginOfModule(await importModule(url, use, use), use, use, kinds);
}

/** What is wrong with one plugin is its own; a bug of ours is not. */
async function caught<T>(work: () => Promise<T>): Promise<T | Error> {
  try {
    return await work();
  } catch (error) {
    if (isRaremaskError(error)) return error;
    throw error;
  }
}

/** The members that there are. */
function defined<T extends object>(value: T | undefined): Partial<T> {
  return Object.fromEntries(
    Object.entries(value ?? {}).filter(([, member]) => member !== undefined),
  ) as Partial<T>;
}
