export { deepError } from '../deepError.ts';
export { causesOf } from '../error.ts';
export { callsText, type HaltedCall } from './callsText.ts';
export { aboutPlugin, type DeclaredPlugin, declaredPlugins, type PluginAbout } from './declared.ts';
export { type FactsFault, factsFaults } from './factsFaults.ts';
export { failedDisposals } from './giveBack.ts';
export {
  createHost,
  type Host,
  type MakeablePlugin,
  type RunOptions,
  type RunScope,
} from './host.ts';
export { type PluginBehind, pluginBehind, pluginsOfOthers } from './importModule.ts';
export { type InstalledPlugin, installedFromNames, installedPlugins } from './installed.ts';
export type { LoadedPlugin } from './loadedPlugin.ts';
export { type FoundPlugin, loadAnyPlugin, loadPlugin, loadPluginFromUrl } from './loadPlugin.ts';
export { pluginPackageFileIn, readPackageFile } from './packageFile.ts';
export { PLACE_PARTS } from './placeParts.ts';
export { type PeerInfo, type PluginInfo, pluginInfo } from './pluginInfo.ts';
export { createRandom } from './random.ts';
export { type Position, type Provision, provision } from './scopes.ts';
export { stackPlace } from './stackPlace.ts';
export { answered, unanswered } from './unanswered.ts';
