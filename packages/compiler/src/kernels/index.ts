import { constantKernels } from './constants.ts';
import { convolutionKernels } from './convolution.ts';
import { depthwiseKernels } from './depthwise.ts';
import { elementwiseKernels } from './elementwise.ts';
import { exchangeKernels } from './exchange.ts';
import { fusedKernels } from './fused.ts';
import type { Kernels } from './kernel.ts';
import { poolingKernels } from './pooling.ts';
import { productKernels } from './products.ts';
import { reductionKernels } from './reductions.ts';
import { resizingKernels } from './resizing.ts';
import { scatteringKernels } from './scattering.ts';
import { shapeKernels } from './shapes.ts';

/** Every tfjs kernel that the compiler knows, by its name in tfjs. */
export const kernels: Kernels = {
  ...elementwiseKernels,
  ...reductionKernels,
  ...shapeKernels,
  ...productKernels,
  ...convolutionKernels,
  ...poolingKernels,
  ...depthwiseKernels,
  ...fusedKernels,
  ...resizingKernels,
  ...scatteringKernels,
  ...constantKernels,
  ...exchangeKernels,
};
