import { existsSync } from 'node:fs';
import { loadRuntime, openGpu, type RuntimeOutcome } from '@raremask/compiler';

/** A driver of Vulkan that computes on the processor; Debian's package chromium-common brings it. */
const SWIFTSHADER = '/usr/lib/chromium/vk_swiftshader_icd.json';

/** The runtime on WebGPU, on that driver; where it cannot be had, one line says why. */
export async function softwareGpu(): Promise<RuntimeOutcome> {
  const outcome = await loadRuntime();
  if (outcome.state !== 'ok') return skipped(`onnxruntime-node: ${outcome.detail}`);
  if (!existsSync(SWIFTSHADER)) return skipped(`${SWIFTSHADER} is missing (apt: chromium-common)`);
  // Read by the Vulkan loader when the first device is made: this process and its children see no other GPU.
  process.env.VK_ICD_FILENAMES = SWIFTSHADER;
  const gpu = openGpu(outcome.runtime, 'webgpu');
  if (gpu.state !== 'ok') return skipped(`WebGPU on SwiftShader: ${gpu.detail} (apt: libvulkan1)`);
  return { state: 'ok', runtime: gpu.runtime };
}

function skipped(detail: string): RuntimeOutcome {
  console.warn(`skipped: ${detail}`);
  return { state: 'absent', detail };
}

/** What a file of tests compiles for: the processor, or with RAREMASK_TEST_GPU=1 WebGPU on SwiftShader. */
export function testRuntime(): Promise<RuntimeOutcome> {
  return process.env.RAREMASK_TEST_GPU === '1' ? softwareGpu() : loadRuntime();
}

/** Whether a note says who computed what: on a GPU that is said as well. */
export function isPlacement(text: string): boolean {
  return /: (all \d+ operators run on|\d+ of \d+ operators run on the processor instead of) the GPU/.test(
    text,
  );
}
