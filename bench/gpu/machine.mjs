import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const require = createRequire(import.meta.url);

/** The first GPU of NVIDIA with its driver and memory; undefined where nobody says. */
export function nvidia() {
  try {
    const query = ['--query-gpu=name,driver_version,memory.total', '--format=csv,noheader'];
    const said = execFileSync('nvidia-smi', query, {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return said.trim().split('\n')[0];
  } catch {
    return undefined;
  }
}

/** Where a package has a command. */
export function commandOf(packageName, command) {
  const manifest = require.resolve(`${packageName}/package.json`);
  return join(dirname(manifest), require(manifest).bin[command]);
}

/** NVIDIA's libraries for CUDA's provider, which the loader of Linux looks for nowhere else. */
export function cudaEnvironment() {
  const folder = join(runtimeFolder(), 'cuda');
  if (!existsSync(folder)) return {};
  return { LD_LIBRARY_PATH: [folder, process.env.LD_LIBRARY_PATH].filter(Boolean).join(':') };
}

/** Puts wheels in place that were packed along, once. @returns why that was not possible */
export function installCuda(wheels) {
  if (!existsSync(wheels) || existsSync(join(runtimeFolder(), 'cuda'))) return undefined;
  const words = [commandOf('raremask', 'raremask'), 'backend', 'install', 'cuda', '--from', wheels];
  const { status, stderr } = spawnSync(process.execPath, words, { encoding: 'utf8' });
  return status === 0 ? undefined : stderr.trim().split('\n').at(-1);
}

/** Where onnxruntime-node keeps its libraries for this machine. */
function runtimeFolder() {
  const compiler = createRequire(require.resolve('@raremask/compiler/package.json'));
  const bin = join(dirname(compiler.resolve('onnxruntime-node/package.json')), 'bin');
  const version = readdirSync(bin).find((name) => name.startsWith('napi-v'));
  return join(bin, version, process.platform, process.arch);
}

/** The version of PyTorch, and whether it finds a GPU; undefined where there is none. */
export function torchOf(python) {
  const probe = 'import torch; print(torch.__version__, torch.cuda.is_available())';
  const { status, stdout } = spawnSync(python, ['-c', probe], { encoding: 'utf8' });
  if (status !== 0) return undefined;
  const [version, hasGpu] = stdout.trim().split(' ');
  return { version, device: hasGpu === 'True' ? 'cuda' : 'cpu' };
}
