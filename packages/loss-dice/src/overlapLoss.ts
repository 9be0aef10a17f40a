import {
  census,
  defineLoss,
  facts,
  type Loss,
  type LossInput,
  type LossPlugin,
} from '@raremask/core';
import * as tf from '@tensorflow/tfjs';
import { z } from 'zod';
import { classWeights, numbersByClass } from './classNumbers.ts';
import { absentCrossEntropy } from './emptyPolicy.ts';
import { type SharedOptions, sharedOptions } from './options.ts';
import { complement, mean, type RegionStatistics, regionStatistics } from './regionStatistics.ts';
import { type Smoothing, smoothing } from './smoothing.ts';

/** Options of a variant: the shared ones and its own. */
export type VariantOptions<Own extends z.ZodRawShape> = SharedOptions & z.output<z.ZodObject<Own>>;

/** What an index is made of, besides the sums. */
export interface IndexContext<Own extends z.ZodRawShape> {
  readonly smooth: Smoothing;
  readonly options: VariantOptions<Own>;
  /** [pools, classes]: the weight of each class, 0 where the index leaves the class out. */
  readonly taken: tf.Tensor2D;
}

/** All that distinguishes one overlap loss from another. */
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

/** Declares a loss that is a function of the sums of hits, predictions and truth. */
export function defineOverlapLoss<Own extends z.ZodRawShape = Record<never, never>>(
  variant: OverlapVariant<Own>,
): LossPlugin {
  return defineLoss({
    name: variant.name,
    api: 1,
    summary: variant.summary,
    options: z.strictObject({ ...sharedOptions, ...variant.options }),
    needs: { facts, census },
    poolsBatch: ({ pool }) => pool === 'batch',
    async create(chosen, services) {
      const options = chosen as VariantOptions<Own>;
      const { classWeights: weights, background, multiplicity } = options;
      const taking = classWeights(services.facts, background, weights, variant.name);
      return overlapLoss(variant, options, {
        overlapping: services.facts.overlapping,
        classes: taking,
        smooth: await smoothing(
          options.smooth,
          services.facts,
          taking,
          services.census,
          variant.name,
        ),
        ...(multiplicity && {
          multiplicity: numbersByClass(
            multiplicity,
            services.facts.classes.map(({ name }) => name),
            1,
            `${variant.name} multiplicity`,
          ),
        }),
      });
    },
  });
}

/** What options and facts come to. */
interface Settled {
  readonly overlapping: boolean;
  /** How much each class counts in the mean over classes; 0 where it does not take part. */
  readonly classes: readonly number[];
  readonly smooth: Smoothing;
  /** How many times a pixel of each class counts. */
  readonly multiplicity?: readonly number[];
}

function overlapLoss<Own extends z.ZodRawShape>(
  variant: OverlapVariant<Own>,
  options: VariantOptions<Own>,
  settled: Settled,
): Loss {
  const { pool, empty } = options;
  const { overlapping, smooth } = settled;
  const transform = variant.transform ?? oneMinus;
  return (input) => {
    const weight = settled.multiplicity
      ? multiplied(input, settled.multiplicity, overlapping)
      : input.weight;
    const sums = regionStatistics(input, weight, pool);
    // A pool without a counted pixel has no class that is present, and none that is absent.
    const counted = tf.step(sums.pixels);
    const present = tf.step(sums.truth);
    const absent = tf.sub(counted, present);
    const classes = tf.tensor2d([...settled.classes], [1, settled.classes.length]);
    const lossOf = (statistics: RegionStatistics, taken: tf.Tensor) =>
      transform(
        variant.index(statistics, { smooth, options, taken: tf.mul(classes, taken) }),
        options,
      );
    const whenPresent = lossOf(sums, empty === 'smooth' ? counted : present);
    const whenAbsent = {
      smooth: () => whenPresent,
      ignore: () => tf.zerosLike(present),
      'cross-entropy': () => absentCrossEntropy(input, weight, pool, overlapping),
      'mean-probability': () => mean(sums.predicted, sums.pixels),
      background: () => lossOf(complement(sums), absent),
    }[empty]();
    const byClass = tf.add(tf.mul(whenPresent, present), tf.mul(whenAbsent, absent));
    const averaged = tf.mul(classes, empty === 'ignore' ? present : counted);
    const value: tf.Tensor1D = mean(tf.sum(tf.mul(byClass, classes), 1), tf.sum(averaged, 1));
    return pool === 'batch' ? tf.squeeze<tf.Scalar>(value) : value;
  };
}

function oneMinus(index: tf.Tensor2D): tf.Tensor2D {
  return tf.sub(1, index);
}

/**
 * Weights that count a pixel of a class several times: [batch, ...space, 1] where classes exclude
 * each other, one number for each class where they overlap.
 */
function multiplied(
  { target, weight }: LossInput,
  multiplicity: readonly number[],
  overlapping: boolean,
): tf.Tensor {
  const more = tf.mul(
    target,
    multiplicity.map((times) => times - 1),
  );
  return tf.mul(weight, tf.add(1, overlapping ? more : tf.sum(more, -1, true)));
}
