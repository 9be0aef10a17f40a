export {
  createHost,
  type Host,
  type MakeablePlugin,
  type RunOptions,
  type RunScope,
} from './host.ts';
export type { LoadedPlugin } from './loadedPlugin.ts';
export {
  type FoundPlugin,
  type InstalledPlugin,
  installedPlugins,
  loadPlugin,
  loadPluginFromUrl,
} from './loadPlugin.ts';
export { createRandom } from './random.ts';
export { type Position, type Provision, provision } from './scopes.ts';
export { stackPlace } from './stackPlace.ts';
