import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { addonNotBuilt, damagedWheel, wheelMissing } from '../errors.ts';
import { filesIn, put } from './placing.ts';
import type { TensorflowRelease } from './tensorflowRelease.ts';
import { wheelsIn } from './wheel.ts';

/** The addon, where node-pre-gyp looks for it with Node's interface of version 8, which Node 20 and later have. */
const ADDON = 'lib/napi-v8/tfjs_binding.node';

/** The libraries that hold TensorFlow's C interface in a wheel, and what its headers include. */
const LIBRARIES = /^tensorflow\/(libtensorflow_(?:cc|framework)\.so\.2)$/;
const HEADERS =
  /^tensorflow\/include\/((?:tensorflow\/c|xla\/tsl\/c)\/.+\.h|(?:tensorflow\/core|tsl)\/platform\/ctstring(?:_internal)?\.h)$/;

/**
 * Puts libtensorflow out of a wheel into tfjs-node or tfjs-node-gpu, and builds the addon of its own source
 * against it. Nothing is undone here: see attempt.
 *
 * @param home the package's folder
 * @param from a folder of wheels
 * @returns the files
 * @throws RaremaskError where the wheel is missing or damaged, or the addon cannot be built
 */
export function buildTensorflow(
  home: string,
  release: TensorflowRelease,
  from: string,
): readonly string[] {
  const wheels = wheelsIn(from);
  const own = wheels.find((path) => basename(path) === release.wheel);
  if (own === undefined)
    throw wheelMissing('tensorflow', release.wheel, from, release.requirements[0]!);
  const found = createHash('sha256').update(readFileSync(own)).digest('hex');
  if (found !== release.sha256) throw damagedWheel(own, `its SHA-256 is ${found}`);
  // Beside libtensorflow its loader finds NVIDIA's libraries, without LD_LIBRARY_PATH.
  const libraries = join(home, 'deps', 'lib');
  const nvidia = release.requirements.length > 1 ? nvidiaWheels(wheels, release, from) : [];
  const files = put([
    ...filesIn(own, LIBRARIES, libraries),
    ...filesIn(own, HEADERS, join(home, 'deps', 'include')),
    ...nvidia.flatMap((path) => filesIn(path, /^nvidia\/.*\/(lib[^/]+\.so[.\d]*)$/, libraries)),
  ]);
  return [...files, buildAddon(home)];
}

function nvidiaWheels(
  wheels: readonly string[],
  { requirements }: TensorflowRelease,
  from: string,
): readonly string[] {
  return requirements.slice(1).map((requirement) => {
    const [name, version] = requirement.split('==') as [string, string];
    const start = `${name.replaceAll('-', '_')}-${version}-`;
    const path = wheels.find((one) => basename(one).startsWith(start));
    if (path === undefined) throw wheelMissing('tensorflow', `${start}*.whl`, from, requirement);
    return path;
  });
}

/** One call of the compiler does what node-gyp would, without Python and without Node's own headers. */
function buildAddon(home: string): string {
  const addon = join(home, ADDON);
  mkdirSync(dirname(addon), { recursive: true });
  const { include_dir }: { readonly include_dir: string } = createRequire(import.meta.url)(
    'node-api-headers',
  );
  const compiler = process.env['CXX'] || 'c++';
  const { status, stderr, error } = spawnSync(
    compiler,
    [
      ...['-O2', '-fPIC', '-shared', '-std=c++17', '-DNAPI_VERSION=8'],
      ...['deps/include', include_dir, '..'].flatMap((folder) => ['-I', folder]),
      ...['binding/tfjs_backend.cc', 'binding/tfjs_binding.cc'],
      ...['-L', 'deps/lib', '-l:libtensorflow_cc.so.2', '-l:libtensorflow_framework.so.2'],
      ...['-Wl,-rpath,$ORIGIN/../../deps/lib', '-o', addon],
    ],
    { cwd: home, encoding: 'utf8', stdio: ['ignore', 'ignore', 'pipe'] },
  );
  if (status === 0) return addon;
  const said = error?.message ?? stderr.split('\n').find((line) => /error|cannot/i.test(line));
  throw addonNotBuilt(compiler, said ?? `it ended with ${status}`);
}
