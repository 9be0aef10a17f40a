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
import type { Calibration } from './calibration.ts';

/** A GPU that computes, and how it is called. */
export interface OpenedGpu {
  readonly name: GpuProviderName;
  readonly runtime: Runtime;
  readonly adapter: Adapter;
}

/** What mends a GPU's provider that does not compute. */
export const REMEDIES: Readonly<Record<GpuProviderName, string>> = {
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

/**
 * The first GPU's provider that computes, and why those before it were passed over.
 *
 * @param measured how fast each was on this machine, where that is known: the processor may be faster
 */
export function bestGpu(
  runtime: Runtime,
  measured: Calibration | undefined,
): {
  readonly gpu: OpenedGpu | undefined;
  readonly passed: readonly string[];
} {
  const passed: string[] = [];
  const none = withoutGpu(thisMachine());
  for (const { name, forms, slower } of orderOf(measured)) {
    // Libraries are not loaded for nothing: without a GPU none of them finds one.
    const outcome: GpuOutcome =
      none !== undefined || slower !== undefined
        ? { state: 'absent', detail: none ?? slower! }
        : openGpu(runtime, name, forms);
    if (outcome.state !== 'ok') passed.push(`${name} (${outcome.detail})`);
    else if (outcome.adapter.software) passed.push(`${name} (${outcome.adapter.name} is no GPU)`);
    else return { gpu: { name, runtime: outcome.runtime, adapter: outcome.adapter }, passed };
  }
  return { gpu: undefined, passed };
}

/** In which order providers are tried, in which forms, and which of them the processor outruns. */
export function orderOf(measured: Calibration | undefined): readonly {
  readonly name: GpuProviderName;
  readonly forms?: Forms;
  readonly slower?: string;
}[] {
  const places = (['cuda', 'webgpu'] as const).map((name) => {
    const best = measured?.ranking.find(({ backend }) => backend === name);
    return { name, best };
  });
  if (measured === undefined) return places.map(({ name }) => ({ name }));
  const processor = measured.ranking.find(({ backend }) => backend === 'compiled');
  return places
    .toSorted((a, b) => (a.best?.milliseconds ?? Infinity) - (b.best?.milliseconds ?? Infinity))
    .map(({ name, best }) => {
      const isSlower = best && processor && best.milliseconds > processor.milliseconds;
      const times = isSlower
        ? `${best.milliseconds.toFixed(0)} ms a step, and the processor ${processor.milliseconds.toFixed(0)}, measured ${measured.day}`
        : undefined;
      return {
        name,
        ...(best?.forms && { forms: best.forms }),
        ...(times !== undefined && { slower: times }),
      };
    });
}
