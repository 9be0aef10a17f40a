import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { extname, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Jiti } from 'jiti';
import { pluginChangesShared, pluginCopies, pluginFormat, pluginLoad } from './errors.ts';
import { packageOf } from './resolvePlugin.ts';
import { leavingShared } from './sharedState.ts';
import { stackPlace } from './stackPlace.ts';
import { answered } from './unanswered.ts';

const TFJS = '@tensorflow/tfjs';
/** The same in less time. */
const QUICK = '@raremask/tfjs';
const CORE = '@raremask/core';
const ZOD = 'zod';
const hostRequire = createRequire(import.meta.url);

/** A module of this copy of core: its source where this file is source, else its build. */
const inCore = (name: string) =>
  fileURLToPath(new URL(`../${name}${extname(import.meta.url)}`, import.meta.url));
const hostCore = inCore('index');

/** Where each module is named, by its URL. */
const imported = new Map<string, string>();

/** A plugin that has thrown, and where in its own files. */
export interface PluginBehind {
  readonly where: string;
  readonly line: string;
}

/**
 * The plugin that has thrown what nobody else has caught, by the innermost frame in its file, or else in its folder;
 * undefined where none has.
 */
export function pluginBehind(error: unknown): PluginBehind | undefined {
  const behind = [...imported].flatMap(([url, where]) => {
    const line = stackPlace(error, url);
    return line === undefined ? [] : [{ where, line, isOwn: line.startsWith(fileURLToPath(url)) }];
  });
  // Several plugins may lie in one folder.
  return behind.find(({ isOwn }) => isOwn) ?? behind[0];
}

/** Where the plugins are named that are not raremask's own. */
export function pluginsOfOthers(): readonly string[] {
  return [...imported].flatMap(([url, where]) => {
    const { name } = packageOf(fileURLToPath(url))?.file ?? {};
    return name?.startsWith('@raremask/') ? [] : [where];
  });
}

const loaders = new Map<boolean, Jiti>();

/**
 * Imports a plugin's module so that it shares the host's tensors.
 *
 * An installed package is imported by Node. A file of the user's own is, too, where Node would give
 * it the host's copies of core and tfjs; otherwise, and for TypeScript, jiti loads it and hands it
 * the host's copies. So a file also works in a folder that has no node_modules.
 *
 * @param where what messages begin with
 */
export async function importModule(url: string, use: string, where: string): Promise<unknown> {
  const path = fileURLToPath(url);
  const installed = path.split(sep).includes('node_modules');
  if (installed) refuseSecondCopy(path, use, where);
  imported.set(url, where);
  const loads = () =>
    answered(
      `${where}, the import of "${use}"`,
      leavingShared(
        () => imports(url, path, installed, use, where),
        (changed) => pluginChangesShared(where, `while "${use}" loads`, changed),
      ),
    );
  const loaded = last.then(loads, loads);
  last = loaded;
  return await loaded;
}

/** The last import: one follows the other, so that what a module changes is known to be its own. */
let last: Promise<unknown> = Promise.resolve();

async function imports(
  url: string,
  path: string,
  installed: boolean,
  use: string,
  where: string,
): Promise<unknown> {
  try {
    if (installed) return await import(url);
    if (!isSelfSufficient(path)) {
      const loader = await loaderFor(path);
      // What Node could import, jiti's import leaves to Node, which takes the file's own tfjs. Its require does not.
      return hasOtherTfjs(path) ? loader(path) : await loader.import(path);
    }
    try {
      return await import(url);
    } catch (error) {
      // One of the files that it imports may ask for what only the host has.
      if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error;
      return await (await loaderFor(path)).import(path);
    }
  } catch (error) {
    const format = formatFault(error);
    if (format !== undefined) throw pluginFormat(where, use, format, error);
    throw pluginLoad(where, use, error, stackPlace(error, url));
  }
}

/**
 * Refuses a package that would not share the host's tfjs, or that brings another version of core. Tensors of
 * two copies of tfjs live in two engines; core has nothing that a second copy of the same version breaks.
 */
export function refuseSecondCopy(path: string, use: string, where: string): void {
  const { file } = packageOf(path) ?? {};
  const asked = { ...file?.dependencies, ...file?.peerDependencies };
  const theirs = (name: string) =>
    asked[name] === undefined ? undefined : locate(createRequire(path), name);
  const [tfjs, ours] = [theirs(TFJS), locate(hostRequire, TFJS)];
  if (tfjs !== undefined && ours !== undefined && tfjs !== ours) {
    throw pluginCopies(where, use, TFJS, tfjs, ours);
  }
  const core = theirs(CORE);
  const [other, own] = [core === undefined ? undefined : packageOf(core), packageOf(hostCore)];
  if (other !== undefined && own !== undefined && other.file.version !== own.file.version) {
    const copy = ({ folder, file }: typeof own) => `${file.version} in ${folder}`;
    throw pluginCopies(where, use, CORE, copy(other), copy(own));
  }
}

/** What Node says where a module is written in one form and its package says another. */
function formatFault(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code } = error as NodeJS.ErrnoException;
  const fault =
    /^ERR_REQUIRE_(ESM|ASYNC_MODULE|CYCLE_MODULE)$/.test(code ?? '') ||
    /(require|module|exports|__dirname) is not defined in ES module scope/.test(error.message) ||
    /Cannot use (import statement|'import.meta') outside a module/.test(error.message) ||
    /^Unexpected token 'export'/.test(error.message);
  return fault ? error.message.split('\n')[0] : undefined;
}

/** True where Node alone gives the file what the host has, as far as the file itself tells. */
function isSelfSufficient(path: string): boolean {
  if (/\.[mc]?ts$/.test(path)) return false;
  const own = createRequire(path);
  const text = readFileSync(path, 'utf8');
  const gets = (name: string, wanted?: string) => {
    const found = locate(own, name);
    if (found === undefined) return !new RegExp(`['"]${name}['"/]`).test(text);
    return wanted === undefined || found === wanted;
  };
  return gets(TFJS, locate(hostRequire, TFJS)) && gets(CORE, hostCore) && gets(ZOD);
}

function hasOtherTfjs(path: string): boolean {
  const found = locate(createRequire(path), TFJS);
  return found !== undefined && found !== locate(hostRequire, TFJS);
}

/** A loader that hands out the host's core and tfjs; and its zod, where the file has none in reach. */
async function loaderFor(path: string): Promise<Jiti> {
  // What both cost is for those who have such a file: a thread that reads images needs no tensors.
  const [{ createJiti }, { tf }] = await Promise.all([import('jiti'), import('@raremask/tfjs')]);
  const hasZod = locate(createRequire(path), ZOD) !== undefined;
  const loader =
    loaders.get(hasZod) ??
    createJiti(import.meta.url, {
      fsCache: false,
      // A default export that is not there yet, of files that import each other, is nothing, not an empty module.
      interopDefault: false,
      // What tfjs is made of looks like modules to be translated: seconds of every command and thread.
      nativeModules: ['@tensorflow'],
      virtualModules: { [TFJS]: tf, [QUICK]: { tf } },
      alias: {
        [CORE]: hostCore,
        [`${CORE}/loss`]: inCore('loss/index'),
        [`${CORE}/loss-input`]: inCore('loss/lossInput'),
        ...(!hasZod && { [ZOD]: fileURLToPath(import.meta.resolve(ZOD)) }),
      },
    });
  loaders.set(hasZod, loader);
  return loader;
}

function locate(from: NodeJS.Require, name: string): string | undefined {
  try {
    const path = from.resolve(name);
    return existsSync(path) ? realpathSync(path) : undefined;
  } catch {
    return undefined;
  }
}
