import type { PluginByKind, PluginKind } from '../contracts/kinds.ts';
import type { Json } from '../contracts/random.ts';

/** A plugin that a manifest names, loaded, with its options checked. */
export interface LoadedPlugin<K extends PluginKind> {
  readonly kind: K;
  readonly plugin: PluginByKind[K];
  /** As the manifest writes it: an npm name, a subpath of one, or a file. */
  readonly use: string;
  /** File URL of its module; `loadPluginFromUrl` takes it, also in another thread. */
  readonly url: string;
  /** The installed package; absent for a file of the user's own. */
  readonly package?: { readonly name: string; readonly version: string };
  /** Checked, with defaults filled in: what `create` gets. */
  readonly options: unknown;
  /** As written, after overrides and environment variables: what another thread gets. */
  readonly rawOptions: Json;
  /** Where the manifest names it, for example `loss[0]`; its random stream belongs to this place. */
  readonly place: string;
  /** Where it is written, for example `raremask.yaml:8:10`. */
  readonly position: string;
}
