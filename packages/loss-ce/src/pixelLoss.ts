import {
  census,
  defineLoss,
  facts,
  type Loss,
  type LossInput,
  type LossPlugin,
} from '@raremask/core';
import { poolSum } from '@raremask/core/loss';
import { tf } from '@raremask/tfjs';
import { z } from 'zod';
import { type ClassWeights, classWeights } from './classWeights.ts';
import { crossEntropy } from './crossEntropy.ts';
import { refuseIdle, type SharedOptions, sharedOptions } from './options.ts';

/** Options of a variant: the shared ones and its own. */
type VariantOptions<Own extends z.ZodRawShape> = SharedOptions & z.output<z.ZodObject<Own>>;

/**
 * One loss for each pixel, and how many times it counts. [batch, ...space, 1] where classes exclude
 * each other; [batch, ...space, classes] where they overlap.
 */
interface Pixels {
  readonly loss: tf.Tensor;
  /** Of the same shape, or [batch, ...space, 1]. */
  readonly weight: tf.Tensor;
}

/** What a variant has at hand. */
interface PixelContext<Own extends z.ZodRawShape> {
  readonly options: VariantOptions<Own>;
  readonly overlapping: boolean;
  /** The cross-entropy of each pixel, with the class weights, and its weight. */
  crossEntropy(labelSmoothing?: number): Pixels;
}

/** All that distinguishes one pixel loss from another. */
export interface PixelVariant<Own extends z.ZodRawShape> {
  readonly name: string;
  readonly summary: string;
  /** Options besides the shared ones. */
  readonly options?: Own;
  /** False where it does more with the pixels of a pool than to sum them. */
  readonly sumsPixels?: false;
  pixels(input: LossInput, context: PixelContext<Own>): Pixels;
}

/** Declares a loss that is a mean over pixels. */
export function definePixelLoss<Own extends z.ZodRawShape = Record<never, never>>(
  variant: PixelVariant<Own>,
): LossPlugin {
  return defineLoss({
    name: variant.name,
    api: 1,
    summary: variant.summary,
    options: z.strictObject({ ...sharedOptions, ...variant.options }).check((context) => {
      refuseIdle(context as unknown as z.core.ParsePayload<SharedOptions>);
    }),
    needs: { facts, census },
    poolsBatch: ({ pool }) => pool === 'batch',
    joinsProcesses: () => variant.sumsPixels ?? true,
    async create(chosen, services) {
      const options = chosen as VariantOptions<Own>;
      const weights = await classWeights(
        options.classWeights,
        services.facts,
        services.census,
        `${variant.name} classWeights`,
      );
      return pixelLoss(variant, options, weights, services.facts.overlapping);
    },
  });
}

function pixelLoss<Own extends z.ZodRawShape>(
  variant: PixelVariant<Own>,
  options: VariantOptions<Own>,
  weights: ClassWeights | undefined,
  overlapping: boolean,
): Loss {
  return (input) => {
    const { loss, weight } = variant.pixels(input, {
      options,
      overlapping,
      crossEntropy: (labelSmoothing = 0) => ({
        loss: crossEntropy(input, overlapping, weights, labelSmoothing),
        weight: input.weight,
      }),
    });
    const counted =
      weights !== undefined && options.normalize === 'weights'
        ? tf.mul(weight, pixelClassWeight(input.target, weights, overlapping))
        : weight;
    const sum = poolSum(tf.mul(loss, weight), options.pool);
    const total = poolSum(counted, options.pool);
    // A pool without a counted pixel has the sum 0 and is divided by 1.
    const mean: tf.Tensor2D = tf.div(sum, tf.add(total, tf.sub(1, tf.step(total))));
    const value: tf.Tensor1D = tf.mean(mean, 1);
    return options.pool === 'batch' ? tf.squeeze<tf.Scalar>(value) : value;
  };
}

/** The class weight of each pixel: [batch, ...space, 1], or one for each class where they overlap. */
function pixelClassWeight(
  target: tf.Tensor,
  { present, absent }: ClassWeights,
  overlapping: boolean,
): tf.Tensor {
  return overlapping
    ? tf.add(
        tf.mul(
          target,
          present.map((weight, index) => weight - absent[index]!),
        ),
        [...absent],
      )
    : tf.sum(tf.mul(target, [...present]), -1, true);
}
