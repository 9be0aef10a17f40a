import { execFileSync, spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { onProvider, type Runtime } from '../runtime.ts';
import { type Adapter, adapterInLoaderLog, adapterOfNvidia, adapterOfSystem } from './adapter.ts';
import {
  type Forms,
  GPU_FORMS,
  type GpuPrecision,
  type GpuProviderName,
  gpuProvider,
} from './provider.ts';
import { missingOfCuda, runtimeFiles } from './runtimeFiles.ts';

/** A GPU's provider that has computed something right, or why it does not. */
export type GpuOutcome =
  | {
      readonly state: 'ok';
      readonly runtime: Runtime;
      readonly adapter: Adapter;
      /** Whether the product that was tried came out with fewer bits than float32 has. */
      readonly rounds: boolean;
    }
  | { readonly state: 'absent' | 'broken'; readonly detail: string };

/** What a process said and how it ended. */
export interface Ended {
  readonly status: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

export type TrialProcess = (name: GpuProviderName, precision: GpuPrecision) => Ended;

/** How a GPU's provider shall compute. */
export interface GpuUse {
  readonly forms?: Forms;
  /** float32 where it is left out. */
  readonly precision?: GpuPrecision;
}

/** Largest error of the product that is tried, relative to its largest number: roundings to 24 and to 11 bits. */
const TOLERANCES: Readonly<Record<GpuPrecision, number>> = {
  float32: 1e-5,
  tf32: 1e-3,
  float16: 2e-3,
};

const outcomes = new Map<string, GpuOutcome>();

/** Tries a provider in a process of its own, once for each process of ours, and names the device. */
export function openGpu(
  runtime: Runtime,
  name: GpuProviderName,
  { forms = GPU_FORMS, precision = 'float32' }: GpuUse = {},
  trial: TrialProcess = runTrial,
): GpuOutcome {
  preparesEnvironment(name, precision);
  const files = name === 'cuda' ? runtimeFiles() : undefined;
  const missing = files === undefined ? [] : missingOfCuda(files);
  if (missing.length > 0) {
    return { state: 'absent', detail: `${missing.join(' and ')} missing in ${files!.folder}` };
  }
  const key = `${name} ${precision}`;
  const known = outcomes.get(key) ?? tried(runtime, name, precision, trial);
  if (trial === runTrial) outcomes.set(key, known);
  if (known.state !== 'ok') return known;
  return { ...known, runtime: onProvider(runtime, gpuProvider(name, forms)) };
}

function tried(
  runtime: Runtime,
  name: GpuProviderName,
  precision: GpuPrecision,
  trial: TrialProcess,
): GpuOutcome {
  const { status, signal, stdout, stderr } = trial(name, precision);
  if (signal !== null) {
    return { state: 'broken', detail: `trying it crashed the process that tried (${signal})` };
  }
  if (status !== 0) {
    const detail = reasonIn(stderr);
    const absent = /No supported adapters|Failed to find .*providers|is unsupported: /.test(detail);
    return { state: absent ? 'absent' : 'broken', detail };
  }
  const { error } = JSON.parse(stdout) as { error: number };
  if (!(error <= TOLERANCES[precision])) {
    const detail = `a product of matrices in ${precision} is wrong by ${error} of its largest number`;
    return { state: 'broken', detail };
  }
  const adapter =
    name === 'cuda'
      ? adapterOfNvidia(output)
      : (adapterInLoaderLog(stderr) ?? adapterOfSystem(process.platform, output));
  const unnamed: Adapter = { name: 'a GPU that the system does not name', software: false };
  return {
    state: 'ok',
    runtime: onProvider(runtime, gpuProvider(name)),
    adapter: adapter ?? unnamed,
    rounds: error > TOLERANCES.float32,
  };
}

/** The line that says why, of all that a process wrote before it failed. */
function reasonIn(stderr: string): string {
  const lines = stderr.split('\n');
  const library = lines.map((one) => /with error: (\S+: .*)$/.exec(one)?.[1]).find(Boolean);
  if (library !== undefined) return library;
  const line = lines.find((one) => /^\s*(\w*Error|Error \[\w+\]): /.test(one));
  return (line ?? stderr.trim().split('\n').at(-1) ?? 'it said nothing')
    .replace(/^\s*\w*Error: /, '')
    .replace(/^\/onnxruntime_src\/\S+ .*? was false\. /, '')
    .trim();
}

/** What the libraries below read when they are loaded; the process that tries inherits it. */
function preparesEnvironment(name: GpuProviderName, precision: GpuPrecision): void {
  // A layer of Mesa complains on stderr where a machine has no session of a desktop.
  if (name === 'webgpu' && process.platform === 'linux') process.env.XDG_RUNTIME_DIR ??= tmpdir();
  // onnxruntime's CUDA provider rounds products to 10 bits (TF32) unless NVIDIA's libraries are told not to.
  if (name !== 'cuda') return;
  if (precision === 'tf32') delete process.env.NVIDIA_TF32_OVERRIDE;
  else process.env.NVIDIA_TF32_OVERRIDE = '0';
}

function runTrial(name: GpuProviderName, precision: GpuPrecision): Ended {
  const file = fileURLToPath(new URL('./trialProcess.js', import.meta.url));
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, [file, name, precision], {
    encoding: 'utf8',
    env: { ...process.env, VK_LOADER_DEBUG: 'all' },
    timeout: 120_000,
    maxBuffer: 2 ** 26,
  });
  return { status, signal, stdout: stdout ?? '', stderr: stderr ?? '' };
}

function output(command: string, args: readonly string[]): string | undefined {
  try {
    return execFileSync(command, [...args], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: 20_000,
    });
  } catch {
    return undefined;
  }
}
