import { comparisons } from './comparisons.ts';
import { convolving } from './convolving.ts';
import { picking } from './picking.ts';
import { products } from './products.ts';
import { register } from './register.ts';
import { resizing } from './resizing.ts';
import { rightKernels } from './rightKernels.ts';

let done = false;

/**
 * Gives tfjs the gradients that it lacks, or that are wrong, on every backend: of what picks elements (TopK,
 * GatherNd, gather along batch axes, StridedSlice, ...), of Einsum and of sums and products along axes, of
 * images that are resized or mirrored, of transposed convolutions of volumes, and of comparisons, whose slope is 0.
 * Called by all that take the gradient of a loss or a model; once is enough.
 */
export function completeGradients(): void {
  rightKernels();
  if (done) return;
  const all = [...picking, ...products, ...resizing, ...convolving, ...comparisons];
  for (const missing of all) register(missing);
  done = true;
}
