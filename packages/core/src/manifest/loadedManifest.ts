import type { KINDS, PluginKind } from '../contracts/kinds.ts';
import type { Json } from '../contracts/random.ts';
import type { LoadedPlugin } from '../host/loadedPlugin.ts';
import type { Manifest } from './shape.ts';
import type { Path } from './tree.ts';

type Place<K extends PluginKind> = (typeof KINDS)[K] extends { readonly many: true }
  ? readonly LoadedPlugin<K>[]
  : LoadedPlugin<K>;

/** The plugins of a manifest by the names that the table of kinds gives them: `dataset`, `losses`, ... */
export type LoadedPlugins = { readonly [K in PluginKind as (typeof KINDS)[K]['as']]: Place<K> };

/** A manifest that is ready to run: every plugin loaded, every option checked. */
export interface LoadedManifest {
  readonly manifest: Manifest;
  readonly plugins: LoadedPlugins;
  /** The same plugins, one after the other. */
  readonly all: readonly LoadedPlugin<PluginKind>[];
  /** Where relative paths start, absolute. */
  readonly folder: string;
  /** The files, absolute, in the order in which they were merged. */
  readonly files: readonly string[];
  /**
   * The manifest with every override, variable and default in it. Variables that look like secrets stay
   * references to the environment.
   */
  toYaml(): string;
  /** The same as plain data, for those who record settings. */
  toJson(): Json;
  /** Where a setting is written, for example `raremask.yaml:8:10`. */
  position(path: Path): string;
}
