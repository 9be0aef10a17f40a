import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';

/** What bench/gpu starts from; the rest follows from what these depend on. */
const ROOTS = [
  ...['backends', 'compiler', 'core', 'dataset-images', 'dataset-phantom', 'engine', 'loss-ce'],
  ...['loss-dice', 'optimizers', 'sampler', 'schedules', 'unet'],
].map((name) => `@raremask/${name}`);

/** Optional packages that are taken where they are installed; any other is left out. */
const OPTIONAL = /^(onnxruntime-node|@img\/sharp(-libvips)?-)/;

/** Dependencies of tfjs that nothing of it loads in Node: its command line's, and those of old browsers. */
const UNUSED = new Set(['argparse', 'chalk', 'core-js', 'regenerator-runtime', 'yargs']);

/** What no running program reads. */
const UNREAD =
  /(\.(d\.[cm]?ts|[cm]?ts|map|md|markdown|tsx|flow|gyp|gypi|cc|h|c|cpp)|LICEN[CS]E.*|\.txt)$/i;
const UNREAD_FOLDERS = /^(tests?|docs?|examples?|benchmark|\.github)\//;
/** Of our own, whose dist is what runs; others run what they call src. */
const OWN_SOURCES = /^(src|kernels)\//;

/**
 * The packages that a folder's package needs when it runs, for this platform alone.
 *
 * @param folder whose node_modules have the roots, and raremask
 * @returns of each where it lies, where it is to lie in a folder with one node_modules, and its files that are read
 */
export function packagesFor(folder) {
  const found = new Map();
  /** What lies at the top: the first version that was met. A package that needs another one has it inside. */
  const atTop = new Map();
  const visit = (name, from, inside) => {
    const real = locate(name, from);
    if (real === undefined) throw new Error(`${name} is not installed for ${from}`);
    const known = atTop.get(name);
    if (known === real) return;
    const to =
      known === undefined ? join('node_modules', name) : join(inside, 'node_modules', name);
    if (found.has(to)) return;
    if (known === undefined) atTop.set(name, real);
    const manifest = JSON.parse(readFileSync(join(real, 'package.json'), 'utf8'));
    found.set(to, { from: real, to, files: filesOf(real, manifest.name) });
    for (const other of Object.keys(manifest.dependencies ?? {})) {
      if (name !== '@tensorflow/tfjs' || !UNUSED.has(other)) visit(other, real, to);
    }
    for (const other of [
      ...Object.keys(manifest.optionalDependencies ?? {}).filter((one) => OPTIONAL.test(one)),
      ...Object.keys(manifest.peerDependencies ?? {}),
    ]) {
      const isOptional = manifest.peerDependenciesMeta?.[other]?.optional ?? false;
      if (!isOptional && locate(other, real) !== undefined) visit(other, real, to);
    }
  };
  for (const name of [...ROOTS, 'raremask']) visit(name, folder, '');
  return [...found.values()];
}

/** Where Node finds a package from a folder, through whatever links. */
function locate(name, from) {
  for (let folder = realpathSync(from); ; folder = join(folder, '..')) {
    const place = join(folder, 'node_modules', name);
    if (existsSync(join(place, 'package.json'))) return realpathSync(place);
    if (folder === join(folder, '..')) return undefined;
  }
}

function filesOf(folder, name) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .filter((path) => !path.startsWith('node_modules/') && isRead(path, name));
}

function isRead(path, name) {
  if (path === 'package.json') return true;
  if (UNREAD.test(path) || UNREAD_FOLDERS.test(path)) return false;
  if (/^(@raremask\/|raremask$)/.test(name) && OWN_SOURCES.test(path)) return false;
  // tfjs has each of its parts in one file for Node, and several times over for others.
  if (name.startsWith('@tensorflow/')) return /^dist\/[^/]+\.node\.js$|\.wasm$/.test(path);
  if (name === 'onnxruntime-node' && path.startsWith('bin/')) {
    return path.includes(`/${process.platform}/${process.arch}/`);
  }
  return true;
}
