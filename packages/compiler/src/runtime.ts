import type { InferenceSession, Tensor } from 'onnxruntime-node';
import { BLOCKED_DOMAIN } from './kernels/blockedConvolution.ts';
import { ONNX_TYPES } from './kernels/kernel.ts';
import { encode } from './onnx/encode.ts';
import { cutShortIn } from './providers/cutShort.ts';
import { cpuProvider, type Provider } from './providers/provider.ts';
import { runtimeFiles } from './providers/runtimeFiles.ts';

/** What of onnxruntime-node is used. */
export interface Runtime {
  readonly InferenceSession: typeof InferenceSession;
  readonly Tensor: typeof Tensor;
  readonly version: string;
  /** Who computes. */
  readonly provider: Provider;
}

/** The same runtime, with another part of it computing. */
export function onProvider(runtime: Runtime, provider: Provider): Runtime {
  return { ...runtime, provider };
}

export type RuntimeOutcome =
  | { readonly state: 'ok'; readonly runtime: Runtime }
  | { readonly state: 'absent'; readonly detail: string }
  | { readonly state: 'broken'; readonly detail: string };

/** Why there is no runtime, without a full stop, and what brings it. */
export interface RuntimeLack {
  readonly what: string;
  readonly remedy: string;
}

/** Of all that raremask installs, nothing needs an install script. */
const WITHOUT_SCRIPTS = 'npm install --ignore-scripts';

/**
 * onnxruntime-node's install script fetches files for CUDA from a host that closed networks block. The
 * package is optional, so a package manager then leaves it out, with all that it brought, and says nothing.
 */
export function runtimeLack(outcome: Exclude<RuntimeOutcome, { state: 'ok' }>): RuntimeLack {
  if (outcome.state === 'absent') {
    return {
      what: 'onnxruntime-node is not installed (a package manager leaves it out without a word where its install script cannot reach api.nuget.org)',
      remedy: `${WITHOUT_SCRIPTS}, in the folder of package.json`,
    };
  }
  return {
    what: `onnxruntime-node does not load: ${outcome.detail}`,
    remedy: `delete node_modules, then ${WITHOUT_SCRIPTS}; there are builds for Linux, Windows, and macOS on Apple silicon`,
  };
}

let outcome: Promise<RuntimeOutcome> | undefined;

/** Loads onnxruntime-node, which is an optional dependency: not every machine has a build of it. */
export function loadRuntime(): Promise<RuntimeOutcome> {
  outcome ??= load();
  return outcome;
}

async function load(): Promise<RuntimeOutcome> {
  const files = runtimeFiles();
  const cut = files && cutShortIn(files.folder);
  if (cut !== undefined) return { state: 'broken', detail: `${cut} is cut short` };
  try {
    const module = await import('onnxruntime-node');
    const runtime = (module.default ?? module) as typeof module;
    runtime.env.logLevel = 'error';
    const { InferenceSession, Tensor } = runtime;
    const version = runtime.env.versions.node ?? runtime.env.versions.common;
    const block = await blockOf(InferenceSession, Tensor);
    return {
      state: 'ok',
      runtime: { InferenceSession, Tensor, version, provider: cpuProvider(block) },
    };
  } catch (error) {
    const detail = (error instanceof Error ? error.message : String(error)).split('\n')[0]!;
    const missing = (error as { code?: string }).code === 'ERR_MODULE_NOT_FOUND';
    return { state: missing ? 'absent' : 'broken', detail };
  }
}

/**
 * Channels in a block of the runtime's own layout of images: 16 with AVX-512, 8 with AVX, undefined where
 * this machine's build has no such operators. It is asked to bring 32 channels of 2 pixels into blocks, and
 * looked at where the second pixel is.
 */
async function blockOf(
  session: typeof InferenceSession,
  tensor: typeof Tensor,
): Promise<number | undefined> {
  const shape = [1, 32, 1, 2];
  const port = (name: string) => ({ name, type: ONNX_TYPES.float32, shape });
  const model = encode({
    name: 'probe',
    inputs: [port('x')],
    outputs: [port('y')],
    nodes: [
      {
        operator: `${BLOCKED_DOMAIN}.ReorderInput`,
        inputs: ['x'],
        outputs: ['y'],
        attributes: {},
      },
    ],
    initializers: [],
    metadata: {},
  });
  try {
    const ready = await session.create(model, { logSeverityLevel: 4 });
    const x = new tensor(
      'float32',
      Float32Array.from({ length: 64 }, (_, at) => at),
      shape,
    );
    const { y } = await ready.run({ x });
    await ready.release();
    const second = (y!.data as Float32Array).indexOf(1);
    return second === 8 || second === 16 ? second : undefined;
  } catch {
    return undefined;
  }
}
