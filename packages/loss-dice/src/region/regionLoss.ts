import {
  census,
  defineLoss,
  type Facts,
  facts,
  type Loss,
  type LossInput,
  type LossPlugin,
} from '@raremask/core';
import { numbersByClass, type Pool } from '@raremask/core/loss';
import { tf } from '@raremask/tfjs';
import { z } from 'zod';
import { cannotJoin } from '../errors.ts';
import { classWeights } from './classWeights.ts';
import { absentCrossEntropy } from './emptyPolicy.ts';
import { joinedClasses } from './joinedClasses.ts';
import { type SharedOptions, sharedOptions, type smooth as smoothOption } from './options.ts';
import { complement, mean, type RegionStatistics, regionStatistics } from './regionStatistics.ts';
import { noSmoothing, type Smoothing, smoothing } from './smoothing.ts';

/** Options of a variant: the shared ones and its own. */
export type VariantOptions<Own extends z.ZodRawShape> = SharedOptions & z.output<z.ZodObject<Own>>;

/** What a loss compares: prediction and truth of each class. */
export interface Region {
  /** [batch, ...space, classes] */
  readonly probabilities: tf.Tensor;
  /** [batch, ...space, classes]; of a complement, only where classes overlap. */
  readonly logits: tf.Tensor;
  /** [batch, ...space, classes] */
  readonly target: tf.Tensor;
  /** [batch, ...space, 1], or one number for each class. */
  readonly weight: tf.Tensor;
  readonly pool: Pool;
  /** Sums over the pixels of each pool. */
  readonly sums: RegionStatistics;
}

/** What is settled before the first batch. */
export interface Settled {
  readonly facts: Facts;
  /** Smoothing terms by class; 0 for a variant without the option `smooth`. */
  readonly smooth: Smoothing;
}

/**
 * The loss of each class: [pools, classes], or [pools, 1] where it is one for all classes.
 * `taken` [pools, classes] is the weight of each class, 0 where it shall be left out.
 */
export type RegionFunction = (region: Region, taken: tf.Tensor2D) => tf.Tensor2D;

/** A part of a loss that is one number a pool: [pools, 1]. */
type PixelFunction = (region: Region, input: LossInput) => tf.Tensor2D;

/** All that distinguishes one loss from another. */
export interface RegionVariant<Own extends z.ZodRawShape> {
  readonly name: string;
  readonly summary: string;
  /** Options besides the shared ones. */
  readonly options?: Own;
  /** False where it does more with the pixels of a pool than to sum them. */
  readonly sumsPixels?: false;
  /** Called once; throws where options do not fit the facts. */
  loss(options: VariantOptions<NoInfer<Own>>, settled: Settled): RegionFunction;
  /**
   * What the policy `background` takes for classes that are absent, from the region itself; left
   * out, the loss of everything that is not of the class.
   */
  background?(options: VariantOptions<NoInfer<Own>>, settled: Settled): RegionFunction;
  /** A part that every image has, whatever its truth. */
  everywhere?(options: VariantOptions<NoInfer<Own>>, settled: Settled): PixelFunction;
}

/** Declares a loss that compares prediction and truth by class, with a policy for empty masks. */
export function defineRegionLoss<Own extends z.ZodRawShape = Record<never, never>>(
  variant: RegionVariant<Own>,
): LossPlugin {
  const { name, summary } = variant;
  return defineLoss({
    name,
    api: 1,
    summary,
    options: z.strictObject({ ...sharedOptions, ...variant.options }),
    needs: { facts, census },
    poolsBatch: ({ pool }) => pool === 'batch',
    joinsProcesses: () => variant.sumsPixels ?? true,
    async create(chosen, services) {
      const { census } = services;
      const options = chosen as VariantOptions<Own> & {
        readonly smooth?: z.output<typeof smoothOption>;
      };
      const joined = options.join && joinedClasses(options.join, services.facts, `${name} join`);
      const facts = joined?.facts ?? services.facts;
      if (joined && options.smooth === 'structure') {
        throw cannotJoin(
          `${name} smooth`,
          'how large a joined structure is has not been counted',
          'write a number of pixels instead of `structure`',
        );
      }
      const classes = classWeights(facts, options.background, options.classWeights, name);
      const smooth =
        options.smooth === undefined
          ? noSmoothing(facts)
          : await smoothing(options.smooth, facts, classes, census, name);
      const multiplicity =
        options.multiplicity &&
        numbersByClass(
          options.multiplicity,
          facts.classes.map((entry) => entry.name),
          1,
          `${name} multiplicity`,
        );
      const settled = { facts, smooth };
      const lossOf = variant.loss(options, settled);
      const everywhere = variant.everywhere?.(options, settled);
      const loss = regionLoss(options, classes, {
        weigh: (input) =>
          multiplicity ? multiplied(input, multiplicity, facts.overlapping) : input.weight,
        lossOf,
        backgroundOf:
          variant.background?.(options, settled) ??
          ((region, taken) => lossOf(complementOf(region), taken)),
        crossEntropyOf: (input, { weight, pool }) =>
          absentCrossEntropy(input, weight, pool, facts.overlapping),
        ...(everywhere && { everywhere }),
      });
      return joined ? (input) => loss(joined.input(input)) : loss;
    },
  });
}

/** What a loss is put together from. */
interface Pieces {
  weigh(input: LossInput): tf.Tensor;
  readonly lossOf: RegionFunction;
  readonly backgroundOf: RegionFunction;
  crossEntropyOf(input: LossInput, region: Region): tf.Tensor2D;
  readonly everywhere?: PixelFunction;
}

function regionLoss(
  { pool, empty, clip }: SharedOptions,
  classWeights: readonly number[],
  { weigh, lossOf, backgroundOf, crossEntropyOf, everywhere }: Pieces,
): Loss {
  return (input) => {
    const region = regionOf(input, weigh(input), pool);
    const { sums } = region;
    // A pool without a counted pixel has no class that is present, and none that is absent.
    const counted = tf.step(sums.pixels);
    const present = tf.step(sums.truth);
    const absent = tf.sub(counted, present);
    const classes = tf.tensor2d([...classWeights], [1, classWeights.length]);
    const whenPresent = lossOf(region, tf.mul(classes, empty === 'smooth' ? counted : present));
    const whenAbsent = {
      smooth: () => whenPresent,
      ignore: () => tf.zerosLike(present),
      'cross-entropy': () => crossEntropyOf(input, region),
      'mean-probability': () => mean(sums.predicted, sums.pixels),
      background: () => backgroundOf(region, tf.mul(classes, absent)),
    }[empty]();
    const unclipped = tf.add(tf.mul(whenPresent, present), tf.mul(whenAbsent, absent));
    const byClass = clip === undefined ? unclipped : tf.sub(clip, tf.relu(tf.sub(clip, unclipped)));
    const averaged = tf.mul(classes, empty === 'ignore' ? present : counted);
    const byPool: tf.Tensor1D = mean(tf.sum(tf.mul(byClass, classes), 1), tf.sum(averaged, 1));
    const value = everywhere
      ? tf.add(byPool, tf.squeeze<tf.Tensor1D>(everywhere(region, input), [1]))
      : byPool;
    return (pool === 'batch' ? tf.squeeze(value) : value) as tf.Tensor1D | tf.Scalar;
  };
}

function regionOf(input: LossInput, weight: tf.Tensor, pool: Pool): Region {
  const { probabilities, logits, target } = input;
  return {
    probabilities,
    logits,
    target,
    weight,
    pool,
    sums: regionStatistics(input, weight, pool),
  };
}

/** Everything that is not of the class, as a region of its own. */
function complementOf({ probabilities, logits, target, weight, pool, sums }: Region): Region {
  return {
    probabilities: tf.sub(1, probabilities),
    logits: tf.neg(logits),
    target: tf.sub(1, target),
    weight,
    pool,
    sums: complement(sums),
  };
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
