import type { InferenceSession, Tensor } from 'onnxruntime-node';

/** What of onnxruntime-node is used. */
export interface Runtime {
  readonly InferenceSession: typeof InferenceSession;
  readonly Tensor: typeof Tensor;
  readonly version: string;
}

export type RuntimeOutcome =
  | { readonly state: 'ok'; readonly runtime: Runtime }
  | { readonly state: 'absent'; readonly detail: string }
  | { readonly state: 'broken'; readonly detail: string };

let outcome: Promise<RuntimeOutcome> | undefined;

/** Loads onnxruntime-node, which is an optional dependency: not every machine has a build of it. */
export function loadRuntime(): Promise<RuntimeOutcome> {
  outcome ??= load();
  return outcome;
}

async function load(): Promise<RuntimeOutcome> {
  try {
    const module = await import('onnxruntime-node');
    const runtime = (module.default ?? module) as typeof module;
    runtime.env.logLevel = 'error';
    return {
      state: 'ok',
      runtime: {
        InferenceSession: runtime.InferenceSession,
        Tensor: runtime.Tensor,
        version: runtime.env.versions.node ?? runtime.env.versions.common,
      },
    };
  } catch (error) {
    const detail = (error instanceof Error ? error.message : String(error)).split('\n')[0]!;
    const missing = (error as { code?: string }).code === 'ERR_MODULE_NOT_FOUND';
    return { state: missing ? 'absent' : 'broken', detail };
  }
}
