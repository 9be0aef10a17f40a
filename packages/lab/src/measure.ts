import { firstForeground, type Loss } from '@raremask/core';
import { lossInput } from '@raremask/core/loss';
import { tf } from '@raremask/tfjs';
import { type Scene, tensors } from './scene.ts';

/** What a loss makes of a scene. */
export interface Measured {
  /**
   * Sum of the samples' losses; of a loss that pools its batch, its value times the images, which is
   * the same share of a training step.
   */
  readonly value: number;
  /** Of that sum, with respect to the logit of the class on one false pixel; null without one. */
  readonly falseGradient: number | null;
  /** The same on one pixel of a structure. */
  readonly structureGradient: number | null;
  /** The same, if all logits of the class grow alike: above 0 where the loss falls as everything is predicted less. */
  readonly pull: number;
  /** Sum of the magnitudes that it is made of. */
  readonly pullSize: number;
  /** Whether the value and every component of the gradient are finite. */
  readonly finite: boolean;
}

/** Value and gradients of a loss. Frees what it makes. */
export async function measure(loss: Loss, scene: Scene): Promise<Measured> {
  let value: tf.Tensor | undefined;
  const gradient = tf.tidy(() => {
    const { logits, target, weight } = tensors(scene);
    return tf.grad((scores) => {
      const result = loss(lossInput(scene.facts, scores, target, weight));
      const total = result.rank === 0 ? tf.mul(result, scene.images) : tf.sum(result);
      value = tf.keep(tf.clone(total));
      return total;
    })(logits);
  });
  const [total] = await value!.data();
  const slopes = (await gradient.data()) as Float32Array;
  tf.dispose([value!, gradient]);
  const slopeAt = (index: number | undefined) => (index === undefined ? null : slopes[index]!);
  const classes = scene.facts.classes.length;
  const looked = firstForeground(scene.facts);
  const own = slopes.filter((_, index) => index % classes === looked);
  return {
    value: total!,
    pull: own.reduce((sum, slope) => sum + slope, 0),
    pullSize: own.reduce((sum, slope) => sum + Math.abs(slope), 0),
    falseGradient: slopeAt(scene.falsePixel),
    structureGradient: slopeAt(scene.structurePixel),
    finite: Number.isFinite(total) && slopes.every(Number.isFinite),
  };
}
