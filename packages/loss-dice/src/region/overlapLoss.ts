import type { LossPlugin } from '@raremask/core';
import { tf } from '@raremask/tfjs';
import type { z } from 'zod';
import { smooth } from './options.ts';
import { defineRegionLoss, type VariantOptions } from './regionLoss.ts';
import type { RegionStatistics } from './regionStatistics.ts';
import type { Smoothing } from './smoothing.ts';

/** What an index is made of, besides the sums. */
export interface IndexContext<Own extends z.ZodRawShape> {
  readonly smooth: Smoothing;
  readonly options: VariantOptions<Own>;
  /** [pools, classes]: the weight of each class, 0 where the index leaves the class out. */
  readonly taken: tf.Tensor2D;
}

/** All that distinguishes one overlap index from another. */
export interface OverlapVariant<Own extends z.ZodRawShape> {
  readonly name: string;
  readonly summary: string;
  /** Options besides the shared ones. */
  readonly options?: Own;
  /** The overlap, 0 to 1: [pools, classes], or [pools, 1] where classes are summed before the quotient. */
  index(statistics: RegionStatistics, context: IndexContext<NoInfer<Own>>): tf.Tensor2D;
  /** The loss made from the index; left out, 1 - index. */
  transform?(index: tf.Tensor2D, options: VariantOptions<NoInfer<Own>>): tf.Tensor2D;
}

/** Declares a loss made from an index of overlap, which is a quotient of sums over pixels. */
export function defineOverlapLoss<Own extends z.ZodRawShape = Record<never, never>>(
  variant: OverlapVariant<Own>,
): LossPlugin {
  const { name, summary, index, transform = oneMinus } = variant;
  return defineRegionLoss({
    name,
    summary,
    options: { smooth, ...variant.options },
    loss: (chosen, settled) => {
      const options = chosen as unknown as VariantOptions<Own>;
      return ({ sums }, taken) =>
        transform(index(sums, { smooth: settled.smooth, options, taken }), options);
    },
  });
}

function oneMinus(index: tf.Tensor2D): tf.Tensor2D {
  return tf.sub(1, index);
}
