import { existsSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { createRequire, isBuiltin } from 'node:module';
import { basename, dirname, extname, isAbsolute, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { nearest } from '../nearest.ts';
import { type DeclaredPlugin, declaredPlugins } from './declared.ts';
import { pluginEntryMissing, pluginFileMissing, pluginFileType, pluginNotFound } from './errors.ts';
import { isMap, type PackageFile, pluginPackageFileIn, readPackageFile } from './packageFile.ts';

/** Where a plugin's module lies. */
export interface ResolvedPlugin {
  readonly path: string;
  readonly url: string;
  /** Absent for a file that the manifest names by its path. */
  readonly package?: { readonly folder: string; readonly file: PackageFile };
}

/** A package that says, in the field `raremask` of its package.json, that it has plugins. */
export interface PluginPackage {
  readonly folder: string;
  readonly file: PackageFile;
  /** Its plugins, each with what a manifest may write after `use`. */
  readonly plugins: readonly (DeclaredPlugin & { readonly specifier: string })[];
}

const FILE_TYPES = ['.ts', '.mts', '.js', '.mjs', '.cjs'] as const;
const CONDITIONS = new Set(['node', 'import', 'module-sync', 'default']);

/** True where `use` names a file and not a package. */
function namesFile(use: string): boolean {
  return /^\.{1,2}([/\\]|$)/.test(use) || isAbsolute(use);
}

/**
 * Finds a plugin's module from the manifest's folder, as Node's `import` would: also where a
 * package's `exports` have nothing but an `import` condition.
 *
 * @param where what messages begin with
 * @param standard a folder from which packages are looked for that are not in reach of the manifest's
 */
export function resolvePlugin(
  use: string,
  folder: string,
  where: string,
  standard?: string,
): ResolvedPlugin {
  return namesFile(use)
    ? resolveFile(use, folder, where)
    : resolvePackage(use, folder, where, standard);
}

function resolveFile(use: string, folder: string, where: string): ResolvedPlugin {
  const path = resolve(folder, use);
  const isFile = statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
  if (!isFile) {
    const neighbours = filesOf(dirname(path)).filter((name) =>
      FILE_TYPES.some((type) => extname(name) === type),
    );
    const similar = nearest(basename(path), neighbours);
    const parent = use.slice(0, use.length - basename(use).length);
    throw pluginFileMissing(where, use, path, similar && parent + similar);
  }
  if (!FILE_TYPES.some((type) => extname(path) === type)) {
    throw pluginFileType(where, use, FILE_TYPES);
  }
  const real = realpathSync(path);
  return { path: real, url: pathToFileURL(real).href };
}

function resolvePackage(
  use: string,
  folder: string,
  where: string,
  standard: string | undefined,
): ResolvedPlugin {
  const { name, subpath } = splitSpecifier(use);
  const found = isBuiltin(use)
    ? undefined
    : (findPackage(name, folder, use, where) ??
      (standard === undefined ? undefined : findPackage(name, standard, use, where)));
  if (found === undefined) {
    const installed = pluginPackages(folder).flatMap(({ plugins }) =>
      plugins.map(({ specifier }) => specifier),
    );
    const file = existsSync(resolve(folder, use)) ? `./${use}` : undefined;
    throw pluginNotFound(where, use, name, folder, file ?? nearest(use, installed));
  }
  const { exports } = found.file;
  let path: string | undefined;
  if (exports === undefined || exports === null) {
    try {
      path = createRequire(join(found.folder, 'package.json')).resolve(join(found.folder, subpath));
    } catch {
      path = undefined;
    }
  } else {
    const target = exportTarget(exports, subpath);
    path = target === undefined ? undefined : join(found.folder, target);
  }
  if (path === undefined || !existsSync(path)) {
    const entries = entriesOf(exports).map((entry) => name + entry.slice(1));
    throw pluginEntryMissing(where, use, found.folder, entries, nearest(use, entries));
  }
  const real = realpathSync(path);
  return { path: real, url: pathToFileURL(real).href, package: found };
}

function splitSpecifier(use: string): { readonly name: string; readonly subpath: string } {
  const segments = use.split('/');
  const length = use.startsWith('@') ? 2 : 1;
  return {
    name: segments.slice(0, length).join('/'),
    subpath: ['.', ...segments.slice(length)].join('/'),
  };
}

/** The package itself, where the manifest lies in it; else the first of that name further up. */
function findPackage(
  name: string,
  folder: string,
  use: string,
  where: string,
): { readonly folder: string; readonly file: PackageFile } | undefined {
  const folders = ancestors(folder);
  const own = folders.find((ancestor) => existsSync(join(ancestor, 'package.json')));
  const ownFile = own === undefined ? undefined : readPackageFile(own);
  if (own !== undefined && ownFile?.name === name && ownFile.exports !== undefined) {
    return { folder: realpathSync(own), file: ownFile };
  }
  for (const ancestor of folders) {
    const candidate = join(ancestor, 'node_modules', name);
    const file = pluginPackageFileIn(candidate, use, where);
    if (file !== undefined) return { folder: realpathSync(candidate), file };
  }
  return undefined;
}

/** The package that a module belongs to. */
export function packageOf(
  path: string,
): { readonly folder: string; readonly file: PackageFile } | undefined {
  for (const folder of ancestors(dirname(path))) {
    const file = readPackageFile(folder);
    if (file?.name !== undefined) return { folder, file };
  }
  return undefined;
}

/** Every package in reach of a folder that says it has plugins. */
export function pluginPackages(folder: string): readonly PluginPackage[] {
  const packages = new Map<string, PluginPackage>();
  for (const ancestor of ancestors(folder)) {
    const modules = join(ancestor, 'node_modules');
    for (const name of namesIn(modules)) {
      if (packages.has(name)) continue;
      const file = readPackageFile(join(modules, name));
      const declared = file === undefined ? undefined : declaredPlugins(file);
      if (file === undefined || declared === undefined) continue;
      const plugins = declared.map((plugin) => ({
        ...plugin,
        specifier: name + plugin.entry.replace(/^\./, ''),
      }));
      packages.set(name, { folder: realpathSync(join(modules, name)), file, plugins });
    }
  }
  return [...packages.values()].sort((left, right) =>
    (left.plugins[0]?.specifier ?? '') < (right.plugins[0]?.specifier ?? '') ? -1 : 1,
  );
}

function namesIn(modules: string): string[] {
  return filesOf(modules).flatMap((name) => {
    if (name.startsWith('.')) return [];
    if (!name.startsWith('@')) return [name];
    return filesOf(join(modules, name)).map((inner) => `${name}/${inner}`);
  });
}

function ancestors(folder: string): string[] {
  const folders = [resolve(folder)];
  for (let parent = dirname(folders[0]!); parent !== folders.at(-1); parent = dirname(parent)) {
    folders.push(parent);
  }
  return folders;
}

function filesOf(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** The entries that a package offers by name. */
function entriesOf(exports: unknown): string[] {
  if (!isMap(exports)) return ['.'];
  const keys = Object.keys(exports).filter((key) => key.startsWith('.'));
  if (keys.length === 0) return ['.'];
  return keys.filter((key) => !key.includes('*') && key !== './package.json');
}

/** The file behind an entry, by the rules of Node's documentation, "Package entry points". */
function exportTarget(exports: unknown, subpath: string): string | undefined {
  const hasEntries = isMap(exports) && Object.keys(exports).some((key) => key[0] === '.');
  if (!hasEntries) return subpath === '.' ? pickTarget(exports, '') : undefined;
  if (Object.hasOwn(exports, subpath)) return pickTarget(exports[subpath], '');
  const patterns = Object.keys(exports)
    .filter((key) => key.split('*').length === 2)
    .sort((left, right) => right.indexOf('*') - left.indexOf('*'));
  for (const pattern of patterns) {
    const [before, after] = pattern.split('*') as [string, string];
    const fits =
      subpath.startsWith(before) &&
      subpath.endsWith(after) &&
      subpath.length > before.length + after.length;
    if (fits) {
      const middle = subpath.slice(before.length, subpath.length - after.length);
      return pickTarget(exports[pattern], middle);
    }
  }
  return undefined;
}

function pickTarget(target: unknown, middle: string): string | undefined {
  if (typeof target === 'string') {
    return target.startsWith('./') ? target.replaceAll('*', middle) : undefined;
  }
  if (Array.isArray(target)) {
    return target.map((choice) => pickTarget(choice, middle)).find((path) => path !== undefined);
  }
  if (!isMap(target)) return undefined;
  for (const [condition, choice] of Object.entries(target)) {
    if (!CONDITIONS.has(condition)) continue;
    const path = pickTarget(choice, middle);
    if (path !== undefined) return path;
  }
  return undefined;
}
