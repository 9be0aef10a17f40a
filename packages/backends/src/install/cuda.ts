import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { wheelMissing } from '../errors.ts';
import type { OnnxRuntime } from '../machine/cudaFindings.ts';
import { openWheel, type Wheel } from './wheel.ts';

/** The folder of NVIDIA's libraries, beside the provider. */
const CUDA_FOLDER = 'cuda';

/** What pip is asked for: the provider of exactly this version, with NVIDIA's libraries for it. */
export function cudaRequirement({ version }: OnnxRuntime): string {
  return `onnxruntime-gpu[cuda,cudnn]==${version}`;
}

interface Placed {
  readonly wheel: Wheel;
  readonly name: string;
  readonly path: string;
}

/**
 * Puts the CUDA provider of onnxruntime beside onnxruntime-node, and NVIDIA's libraries into a folder there, out of
 * wheels in a folder. All files are unpacked and checked before the first is put in place; what fails leaves
 * nothing behind.
 *
 * @returns the files
 * @throws RaremaskError where the wheel of exactly this version is missing, or one is damaged
 */
export function installCuda(runtime: OnnxRuntime, from: string): readonly string[] {
  const wheels = existsSync(from)
    ? readdirSync(from)
        .filter((name) => name.endsWith('.whl'))
        .sort()
        .map((name) => join(from, name))
    : [];
  const provider = `onnxruntime_gpu-${runtime.version}-`;
  const own = wheels.find((path) => basename(path).startsWith(provider));
  if (own === undefined) throw wheelMissing(`${provider}*.whl`, from, cudaRequirement(runtime));
  const placed = [
    ...filesIn(
      own,
      /^onnxruntime\/capi\/(libonnxruntime_providers_(?:cuda|shared)\.so)$/,
      runtime.folder,
    ),
    ...wheels
      .filter((path) => basename(path).startsWith('nvidia_'))
      .flatMap((path) =>
        filesIn(path, /^nvidia\/.*\/(lib[^/]+\.so[.\d]*)$/, join(runtime.folder, CUDA_FOLDER)),
      ),
  ];
  return put(placed);
}

function filesIn(path: string, pattern: RegExp, folder: string): Placed[] {
  const wheel = openWheel(path);
  return wheel.names.flatMap((name) => {
    const file = pattern.exec(name)?.[1];
    return file === undefined ? [] : [{ wheel, name, path: join(folder, file) }];
  });
}

function put(placed: readonly Placed[]): readonly string[] {
  const partial = (path: string) => `${path}.partial`;
  const moved: string[] = [];
  try {
    for (const { wheel, name, path } of placed) {
      mkdirSync(join(path, '..'), { recursive: true });
      writeFileSync(partial(path), wheel.read(name), { mode: 0o755 });
    }
    for (const { path } of placed) {
      const isNew = !existsSync(path);
      renameSync(partial(path), path);
      if (isNew) moved.push(path);
    }
    return placed.map(({ path }) => path);
  } catch (error) {
    for (const { path } of placed) rmSync(partial(path), { force: true });
    for (const path of moved) rmSync(path, { force: true });
    throw error;
  }
}
