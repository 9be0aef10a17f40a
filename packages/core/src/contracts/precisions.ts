import type { BACKENDS } from './backends.ts';

/**
 * What a manifest's `precision` may be: how products are computed. float32: as everything else. tf32: operands
 * rounded to 10 bits behind the point, on NVIDIA's tensor cores. float16: operands and results in float16, and the
 * loss scaled so that small gradients are not lost (Micikevicius et al. 2018).
 */
export const PRECISIONS = ['float32', 'tf32', 'float16'] as const;

export type Precision = (typeof PRECISIONS)[number];

/** In what each backend can compute; auto takes one that can. */
export const PRECISIONS_OF: Readonly<Record<(typeof BACKENDS)[number], readonly Precision[]>> = {
  auto: PRECISIONS,
  compiled: ['float32', 'float16'],
  webgpu: ['float32', 'float16'],
  cuda: PRECISIONS,
  wasm: ['float32'],
  cpu: ['float32'],
  tensorflow: ['float32'],
  'tensorflow-gpu': ['float32', 'tf32'],
};
