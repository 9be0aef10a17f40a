import { lacksOf, thisMachine, withoutGpu } from '@raremask/backends';
import {
  type Adapter,
  type Forms,
  type GpuOutcome,
  type GpuProviderName,
  openGpu,
  type Runtime,
  runtimeFiles,
} from '@raremask/compiler';
import { PRECISIONS_OF, type Precision } from '@raremask/core';
import { gpuUnusable, precisionUnsupported } from '../errors.ts';
import type { Calibration } from './calibration.ts';

/** A GPU that computes, and how it is called. */
export interface OpenedGpu {
  readonly name: GpuProviderName;
  readonly runtime: Runtime;
  readonly adapter: Adapter;
  /** Whether products are rounded to fewer bits than float32 has. */
  readonly rounds: boolean;
}

/** What mends a GPU's provider that does not compute, where nothing can be seen that it lacks. */
const REMEDIES: Readonly<Record<GpuProviderName, string>> = {
  webgpu:
    "install your GPU's driver anew, with Vulkan (Linux: also libvulkan1), Metal or Direct3D 12",
  cuda: 'raremask backend install cuda',
};

/** What can be seen that a GPU's provider lacks on this machine, and what mends it. */
export function lackOf(name: GpuProviderName): {
  readonly seen: string | undefined;
  readonly remedy: string;
} {
  const lacks = lacksOf(thisMachine(), name, runtimeFiles());
  if (lacks.length === 0) return { seen: undefined, remedy: REMEDIES[name] };
  return {
    seen: lacks.map((one) => `${one.name}: ${one.detail}`).join('; '),
    remedy: [...new Set(lacks.map(({ remedy }) => remedy))].join('; '),
  };
}

/** @throws RaremaskError where the provider that was asked for does not compute */
export function requireGpu(
  runtime: Runtime,
  name: GpuProviderName,
  precision: Precision,
): OpenedGpu {
  const outcome = openGpu(runtime, name, { precision });
  if (outcome.state !== 'ok') {
    const { detail } = outcome;
    if (NO_FLOAT16.test(detail)) throw precisionUnsupported(precision, name, detail);
    const { seen, remedy } = lackOf(name);
    throw gpuUnusable(name, seen === undefined ? detail : `${detail} (${seen})`, remedy);
  }
  const { adapter, rounds } = outcome;
  return { name, runtime: outcome.runtime, adapter, rounds };
}

/** What onnxruntime says where a GPU has no shaders of float16. */
const NO_FLOAT16 = /requires f16 but the device does not support it/;

/**
 * The first GPU's provider that computes, and why those before it were passed over.
 *
 * @param precision those that cannot compute in it are passed over
 * @param measured how fast each was on this machine, where that is known: the processor may be faster
 */
export function bestGpu(
  runtime: Runtime,
  precision: Precision,
  measured: Calibration | undefined,
): {
  readonly gpu: OpenedGpu | undefined;
  readonly passed: readonly string[];
} {
  const passed: string[] = [];
  const none = withoutGpu(thisMachine());
  const able = orderOf(measured).filter(({ name }) => PRECISIONS_OF[name].includes(precision));
  for (const { name, forms, slower } of able) {
    // Libraries are not loaded for nothing: without a GPU none of them finds one.
    const outcome: GpuOutcome =
      none !== undefined || slower !== undefined
        ? { state: 'absent', detail: none ?? slower! }
        : openGpu(runtime, name, { ...(forms && { forms }), precision });
    if (outcome.state !== 'ok') passed.push(`${name} (${outcome.detail})`);
    else if (outcome.adapter.software) passed.push(`${name} (${outcome.adapter.name} is no GPU)`);
    else {
      const { adapter, rounds } = outcome;
      return { gpu: { name, runtime: outcome.runtime, adapter, rounds }, passed };
    }
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
