import type { Plugin, PluginKind } from '../contracts/kinds.ts';
import type { PackageFile } from './packageFile.ts';
import { providedBy } from './services.ts';

/** What a package says of a plugin in its package.json, so that it can be read without running it. */
export interface PluginAbout {
  readonly kind: PluginKind;
  readonly name: string;
  readonly api: number;
  readonly summary?: string;
  /** Of a service: its name. */
  readonly provides?: string;
}

/** One plugin that a package says it has. */
export interface DeclaredPlugin {
  /** `.` or `./subpath`. */
  readonly entry: string;
  /** Absent where the package only lists its entries. */
  readonly about?: PluginAbout;
}

/**
 * The plugins that a package.json speaks of: `raremask.plugins` is a list of entries, or a map from each
 * entry to what it is. Undefined where it speaks of none.
 */
export function declaredPlugins(file: PackageFile): readonly DeclaredPlugin[] | undefined {
  const plugins = file.raremask?.plugins;
  if (Array.isArray(plugins)) {
    return plugins
      .filter((entry): entry is string => typeof entry === 'string')
      .map((entry) => ({ entry }));
  }
  if (typeof plugins !== 'object' || plugins === null) return undefined;
  return Object.entries(plugins).map(([entry, about]) =>
    isAbout(about) ? { entry, about } : { entry },
  );
}

/** What package.json should say of a plugin. */
export function aboutPlugin(plugin: Plugin): PluginAbout {
  const { kind, name, api, summary } = plugin;
  return {
    kind,
    name,
    api,
    ...(summary !== undefined && { summary }),
    ...(kind === 'service' && { provides: providedBy(plugin).name }),
  };
}

function isAbout(about: unknown): about is PluginAbout {
  if (typeof about !== 'object' || about === null) return false;
  const { kind, name, api, summary } = about as Record<string, unknown>;
  return (
    typeof kind === 'string' &&
    typeof name === 'string' &&
    typeof api === 'number' &&
    (summary === undefined || typeof summary === 'string')
  );
}
