import { createRequire } from 'node:module';
import satisfies from 'semver/functions/satisfies.js';
import { declaredPlugins, type PluginAbout } from './declared.ts';
import { CORE_VERSION } from './loadPlugin.ts';
import { packageOf, resolvePlugin } from './resolvePlugin.ts';

/** A peer of a plugin's package, as it is installed. */
export interface PeerInfo {
  readonly name: string;
  readonly range: string;
  /** The version in reach of the plugin; for core, the one that runs. Absent where there is none. */
  readonly version?: string;
  readonly fits: boolean;
}

/** What can be known of a plugin without running any of its code. */
export interface PluginInfo {
  readonly use: string;
  /** Its module, absolute. */
  readonly module: string;
  /** What its package says that it is; absent where it says nothing, and for a file of the user's own. */
  readonly about?: PluginAbout;
  readonly package?: {
    readonly name: string;
    readonly version: string;
    readonly folder: string;
    readonly description?: string;
    readonly license?: string;
    readonly peers: readonly PeerInfo[];
    /** Whether core or tfjs stand among its dependencies, which brings a second copy. */
    readonly bundles: readonly string[];
  };
}

const SHARED = ['@raremask/core', '@tensorflow/tfjs'];

/**
 * Reads what is written of a plugin, and runs nothing of it.
 *
 * @param use npm name, subpath of one, or file
 * @param folder where the search starts, absolute
 * @throws RaremaskError where there is no such plugin
 */
export function pluginInfo(use: string, folder: string): PluginInfo {
  const { path, package: found } = resolvePlugin(use, folder, use);
  if (found === undefined) return { use, module: path };
  const { file } = found;
  const entry = `.${use.slice((file.name ?? use).length)}`;
  const about = declaredPlugins(file)?.find((declared) => declared.entry === entry)?.about;
  const { name = use, version = '', description, license, dependencies = {} } = file;
  return {
    use,
    module: path,
    ...(about !== undefined && { about }),
    package: {
      name,
      version,
      folder: found.folder,
      ...(description !== undefined && { description }),
      ...(license !== undefined && { license }),
      peers: Object.entries(file.peerDependencies ?? {}).map(([peer, range]) =>
        peerInfo(peer, range, path),
      ),
      bundles: SHARED.filter((shared) => dependencies[shared] !== undefined),
    },
  };
}

function peerInfo(name: string, range: string, path: string): PeerInfo {
  const version = name === '@raremask/core' ? CORE_VERSION : versionFrom(path, name);
  const local = range.startsWith('workspace:') || range.startsWith('catalog:');
  const fits =
    version !== undefined && (local || satisfies(version, range, { includePrerelease: true }));
  return { name, range, ...(version !== undefined && { version }), fits };
}

function versionFrom(path: string, name: string): string | undefined {
  try {
    return packageOf(createRequire(path).resolve(name))?.file.version;
  } catch {
    return undefined;
  }
}
