import { basename, join } from 'node:path';
import { wheelMissing } from '../errors.ts';
import type { OnnxRuntime } from '../machine/cudaFindings.ts';
import { filesIn, put } from './placing.ts';
import { wheelsIn } from './wheel.ts';

/** The folder of NVIDIA's libraries, beside the provider. */
const CUDA_FOLDER = 'cuda';

/** What pip is asked for: the provider of exactly this version, with NVIDIA's libraries for it. */
export function cudaRequirement({ version }: OnnxRuntime): string {
  return `onnxruntime-gpu[cuda,cudnn]==${version}`;
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
  const wheels = wheelsIn(from);
  const provider = `onnxruntime_gpu-${runtime.version}-`;
  const own = wheels.find((path) => basename(path).startsWith(provider));
  if (own === undefined)
    throw wheelMissing('cuda', `${provider}*.whl`, from, cudaRequirement(runtime));
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
