import type { Parameter } from '@raremask/core';
import * as tf from '@tensorflow/tfjs';

/**
 * Adam (Kingma and Ba 2015) and AdamW (Loshchilov and Hutter 2019, decoupled weight decay) as a
 * pure function of tensors. The state is a flat list: the first moments of all weights, then the
 * second moments.
 */
export interface Optimizer {
  /** Slots of the state, in order. */
  readonly slots: readonly { readonly name: string; readonly shape: readonly number[] }[];
  /** Numbers that change from step to step; they enter the step as scalars. */
  scalars(step: number): OptimizerNumbers;
  /** Runs inside tf.tidy. */
  update(call: OptimizerCall): { readonly weights: tf.Tensor[]; readonly slots: tf.Tensor[] };
}

interface OptimizerNumbers {
  /** 1 / (1 - beta1^step). */
  readonly firstCorrection: number;
  /** 1 / (1 - beta2^step). */
  readonly secondCorrection: number;
}

interface OptimizerCall {
  readonly weights: readonly tf.Tensor[];
  readonly gradients: readonly tf.Tensor[];
  /** First moments, then second ones, each in the order of the weights. */
  readonly slots: readonly tf.Tensor[];
  /** Whether weight decay applies, for each weight. */
  readonly decays: readonly boolean[];
  readonly learningRate: tf.Tensor;
  readonly firstCorrection: tf.Tensor;
  readonly secondCorrection: tf.Tensor;
}

interface MomentOptions {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly weightDecay?: number;
}

export function createOptimizer(
  { beta1, beta2, epsilon, weightDecay = 0 }: MomentOptions,
  parameters: readonly Parameter[],
): Optimizer {
  const slot = (moment: string) =>
    parameters.map(({ name, shape }) => ({ name: `${moment}.${name}`, shape }));
  return {
    slots: [...slot('first'), ...slot('second')],
    scalars: (step) => ({
      firstCorrection: 1 / (1 - beta1 ** step),
      secondCorrection: 1 / (1 - beta2 ** step),
    }),
    update({ weights, gradients, slots, decays, learningRate, firstCorrection, secondCorrection }) {
      const moved: tf.Tensor[] = [];
      const firsts: tf.Tensor[] = [];
      const seconds: tf.Tensor[] = [];
      for (const [index, gradient] of gradients.entries()) {
        const weight = weights[index]!;
        const first = tf.add(tf.mul(slots[index]!, beta1), tf.mul(gradient, 1 - beta1));
        const second = tf.add(
          tf.mul(slots[weights.length + index]!, beta2),
          tf.mul(tf.square(gradient), 1 - beta2),
        );
        const rate = tf.div(
          tf.mul(first, firstCorrection),
          tf.add(tf.sqrt(tf.mul(second, secondCorrection)), epsilon),
        );
        const direction =
          decays[index] && weightDecay > 0 ? tf.add(rate, tf.mul(weight, weightDecay)) : rate;
        moved.push(tf.sub(weight, tf.mul(direction, learningRate)));
        firsts.push(first);
        seconds.push(second);
      }
      return { weights: moved, slots: [...firsts, ...seconds] };
    },
  };
}
