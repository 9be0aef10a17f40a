import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** Where onnxruntime-node keeps its native libraries. */
export interface RuntimeFiles {
  /** The folder of the npm package. */
  readonly package: string;
  /** The folder of its libraries for this machine. */
  readonly folder: string;
  /** As package.json has it. */
  readonly version: string;
}

/** undefined where onnxruntime-node is not installed beside this package */
export function runtimeFiles(): RuntimeFiles | undefined {
  const require = createRequire(import.meta.url);
  try {
    const description = require.resolve('onnxruntime-node/package.json');
    const { version } = require(description) as { version: string };
    const root = dirname(description);
    return {
      package: root,
      folder: join(root, 'bin', 'napi-v6', process.platform, process.arch),
      version,
    };
  } catch {
    return undefined;
  }
}

/** The libraries of the CUDA provider, which onnxruntime-node does not bring; Linux on x64 alone has builds. */
export const CUDA_PROVIDER = [
  'libonnxruntime_providers_cuda.so',
  'libonnxruntime_providers_shared.so',
] as const;

/** Those of the CUDA provider's libraries that are not there. */
export function missingOfCuda(files: RuntimeFiles): readonly string[] {
  return CUDA_PROVIDER.filter((name) => !existsSync(join(files.folder, name)));
}
