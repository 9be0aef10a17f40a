import { thisMachine, withoutGpu } from '@raremask/backends';
import {
  type Adapter,
  type Forms,
  type GpuOutcome,
  type GpuProviderName,
  openGpu,
  type Runtime,
} from '@raremask/compiler';
import { gpuUnusable } from '../errors.ts';

/** A GPU that computes, and how it is called. */
export interface OpenedGpu {
  readonly name: GpuProviderName;
  readonly runtime: Runtime;
  readonly adapter: Adapter;
}

/** What mends a GPU's provider that does not compute. */
const REMEDIES: Readonly<Record<GpuProviderName, string>> = {
  webgpu:
    "install your GPU's driver with Vulkan (Linux: also libvulkan1), Metal or Direct3D 12; raremask doctor says what is missing",
  cuda: 'raremask backend install cuda; raremask doctor says what is missing',
};

/** @throws RaremaskError where the provider that was asked for does not compute */
export function requireGpu(runtime: Runtime, name: GpuProviderName, forms?: Forms): OpenedGpu {
  const outcome = openGpu(runtime, name, forms);
  if (outcome.state !== 'ok') throw gpuUnusable(name, outcome.detail, REMEDIES[name]);
  return { name, runtime: outcome.runtime, adapter: outcome.adapter };
}

/** The first GPU's provider that computes, and why those before it were passed over. */
export function bestGpu(runtime: Runtime): {
  readonly gpu: OpenedGpu | undefined;
  readonly passed: readonly string[];
} {
  const passed: string[] = [];
  const none = withoutGpu(thisMachine());
  for (const name of ['cuda', 'webgpu'] as const) {
    // Libraries are not loaded for nothing: without a GPU none of them finds one.
    const outcome: GpuOutcome =
      none === undefined ? openGpu(runtime, name) : { state: 'absent', detail: none };
    if (outcome.state !== 'ok') passed.push(`${name} (${outcome.detail})`);
    else if (outcome.adapter.software) passed.push(`${name} (${outcome.adapter.name} is no GPU)`);
    else return { gpu: { name, runtime: outcome.runtime, adapter: outcome.adapter }, passed };
  }
  return { gpu: undefined, passed };
}
