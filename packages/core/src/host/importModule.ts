import { existsSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { extname, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createJiti, type Jiti } from 'jiti';
import { pluginCopies, pluginLoad } from '../errors.ts';
import { packageOf } from './resolvePlugin.ts';
import { stackPlace } from './stackPlace.ts';

const TFJS = '@tensorflow/tfjs';
const CORE = '@raremask/core';
const hostRequire = createRequire(import.meta.url);

/** A module of this copy of core: its source where this file is source, else its build. */
const inCore = (name: string) =>
  fileURLToPath(new URL(`../${name}${extname(import.meta.url)}`, import.meta.url));
const hostCore = inCore('index');

let loader: Jiti | undefined;

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
  try {
    if (installed || isSelfSufficient(path)) return await import(url);
    loader ??= createJiti(import.meta.url, { fsCache: false, alias: aliases() });
    return await loader.import(path);
  } catch (error) {
    throw pluginLoad(where, use, error, stackPlace(error, url));
  }
}

/** Tensors of two copies of tfjs live in two engines. */
function refuseSecondCopy(path: string, use: string, where: string): void {
  const { file } = packageOf(path) ?? {};
  const asksForTfjs = { ...file?.dependencies, ...file?.peerDependencies }[TFJS] !== undefined;
  const theirs = asksForTfjs ? locate(createRequire(path), TFJS) : undefined;
  const ours = locate(hostRequire, TFJS);
  if (theirs !== undefined && ours !== undefined && theirs !== ours) {
    throw pluginCopies(where, use, theirs, ours);
  }
}

/** True where Node alone gives the file what the host has. */
function isSelfSufficient(path: string): boolean {
  if (/\.[mc]?ts$/.test(path)) return false;
  const own = createRequire(path);
  return (
    locate(own, TFJS) === locate(hostRequire, TFJS) &&
    locate(own, CORE) === hostCore &&
    locate(own, 'zod') !== undefined
  );
}

/** zod's options cross into core by Standard Schema, so any copy of it would do: this one is at hand. */
function aliases(): Record<string, string> {
  const zod = fileURLToPath(import.meta.resolve('zod'));
  const tfjs = locate(hostRequire, TFJS);
  return {
    [CORE]: hostCore,
    [`${CORE}/loss-input`]: inCore('lossInput'),
    zod,
    ...(tfjs !== undefined && { [TFJS]: tfjs }),
  };
}

function locate(from: NodeJS.Require, name: string): string | undefined {
  try {
    const path = from.resolve(name);
    return existsSync(path) ? realpathSync(path) : undefined;
  } catch {
    return undefined;
  }
}
