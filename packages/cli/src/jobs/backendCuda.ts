import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { cudaRequirement, installCuda, type OnnxRuntime } from '@raremask/backends';
import { runtimeFiles, runtimeLack } from '@raremask/compiler';
import type { Console } from '../console.ts';
import { runtimeMissing } from '../errors.ts';
import { EXIT } from '../failure.ts';
import { temporaryFolder } from '../temporaryFolder.ts';
import { fetchWheels } from './fetchWheels.ts';

/** What the wheels take, for onnxruntime 1.30 with CUDA 13: to fetch, and unpacked. */
const SIZE = 'about 1.6 GB to fetch and 2.4 GB unpacked';

/** Puts the CUDA provider beside onnxruntime-node. @param from a folder that `packCuda` has made */
export function installCudaProvider(from: string | undefined, console: Console): number {
  const runtime = installed();
  const temporary = from === undefined ? temporaryFolder('cuda') : undefined;
  try {
    if (temporary !== undefined) fetchProvider(runtime, temporary, console);
    const files = installCuda(runtime, from ?? temporary!);
    const bytes = files.reduce((sum, file) => sum + statSync(file).size, 0);
    if (console.json) console.result({ files, bytes });
    else {
      console.text(
        `${files.length} files, ${(bytes / 2 ** 20).toFixed(0)} MiB, checked and put into ${runtime.folder}.
NVIDIA's libraries are found with: export LD_LIBRARY_PATH=${join(runtime.folder, 'cuda')}:$LD_LIBRARY_PATH
Then: raremask doctor`,
      );
    }
    return EXIT.ok;
  } finally {
    if (temporary !== undefined) rmSync(temporary, { recursive: true, force: true });
  }
}

/** Makes a folder to install from where there is no network. */
export function packCuda(out: string, console: Console): number {
  const runtime = installed();
  mkdirSync(out, { recursive: true });
  fetchProvider(runtime, out, console);
  const wheels = readdirSync(out).filter((name) => name.endsWith('.whl'));
  if (console.json) console.result({ folder: out, wheels });
  else console.text(`${wheels.join('\n')}\nThere: raremask backend install cuda --from ${out}`);
  return EXIT.ok;
}

function installed(): OnnxRuntime {
  const runtime = runtimeFiles();
  if (runtime === undefined)
    throw runtimeMissing('cuda', runtimeLack({ state: 'absent', detail: '' }));
  return runtime;
}

function fetchProvider(runtime: OnnxRuntime, folder: string, console: Console): void {
  const requirement = cudaRequirement(runtime);
  console.note('info', `Fetching ${requirement} with NVIDIA's libraries: ${SIZE}`);
  fetchWheels([requirement], folder);
}
