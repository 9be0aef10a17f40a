import type { Loss } from '@raremask/core';
import {
  type GradientGap,
  gradientGap,
  learntFrom,
  lossInput,
  tapeLength,
} from '@raremask/core/loss';
import { tf } from '@raremask/tfjs';
import type { Batch } from './batch.ts';
import { NoGradient } from './noGradient.ts';

/** What a loss makes of one batch. */
export interface Evaluation {
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly values: readonly number[];
  /** Of the sum of the values, with respect to the logits. */
  readonly gradient: readonly number[];
}

/**
 * Values and gradient. Frees what it makes; what the loss keeps stays.
 *
 * @throws NoGradient
 */
export async function evaluate(loss: Loss, batch: Batch): Promise<Evaluation> {
  let shape: readonly number[] = [];
  let dtype = '';
  let kept: tf.Tensor | undefined;
  let gap: GradientGap | undefined;
  const differentiate = () =>
    tf.tidy(() => {
      const { logits, target, weight } = tensors(batch);
      return tf.grad((scores) => {
        const input = lossInput(batch.facts, scores, target, weight);
        const since = tapeLength();
        const value = loss(input);
        gap = gradientGap({
          from: learntFrom(input),
          to: [value],
          since,
          again: () => loss(input),
        });
        // Thrown in here, it would leave behind what the gradient has saved.
        if (gap) return tf.sum(scores);
        ({ shape, dtype } = value);
        kept = tf.keep(tf.clone(value));
        return tf.sum(value);
      })(logits);
    });
  let gradient: tf.Tensor;
  try {
    gradient = differentiate();
  } catch (error) {
    tf.dispose(kept);
    throw error;
  }
  if (gap) {
    gradient.dispose();
    throw new NoGradient(gap);
  }
  const result = kept!;
  const values = [...(await result.data())];
  const slopes = [...(await gradient.data())];
  tf.dispose([result, gradient]);
  return { shape, dtype, values, gradient: slopes };
}

/** Calls a loss, and looks at nothing of what it gives. */
export function called(loss: Loss, batch: Batch): void {
  tf.tidy(() => {
    const { logits, target, weight } = tensors(batch);
    loss(lossInput(batch.facts, logits, target, weight));
  });
}

/** The values without the gradient. */
async function valuesOf(loss: Loss, batch: Batch): Promise<readonly number[]> {
  const result = tf.tidy(() => {
    const { logits, target, weight } = tensors(batch);
    return loss(lossInput(batch.facts, logits, target, weight));
  });
  const values = [...(await result.data())];
  result.dispose();
  return values;
}

/** The sum of the values. */
export async function totalOf(loss: Loss, batch: Batch): Promise<number> {
  return (await valuesOf(loss, batch)).reduce((sum, value) => sum + value, 0);
}

export function tensors({ facts, images, size, logits, target, weight }: Batch): {
  readonly logits: tf.Tensor;
  readonly target: tf.Tensor;
  readonly weight: tf.Tensor;
} {
  const tensor = (values: readonly number[], last: number) =>
    tf.tensor(new Float32Array(values), [images, ...size, last]);
  return {
    logits: tensor(logits, facts.classes.length),
    target: tensor(target, facts.classes.length),
    weight: tensor(weight, 1),
  };
}

/** The first place where two lists differ by more than a share of the larger number. */
export function difference(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number,
  smallest = 1e-2,
): { readonly at: number; readonly got: string; readonly expected: string } | undefined {
  for (let at = 0; at < Math.max(actual.length, expected.length); at++) {
    const [one, other] = [actual[at] ?? Number.NaN, expected[at] ?? Number.NaN];
    const scale = Math.max(Math.abs(one), Math.abs(other), smallest);
    if (!(Math.abs(one - other) <= tolerance * scale)) {
      return { at, got: number(one), expected: number(other) };
    }
  }
  return undefined;
}

export function number(value: number): string {
  return String(Number(value.toPrecision(6)));
}

export function list(values: readonly number[]): string {
  const shown = values.slice(0, 6).map(number).join(', ');
  return values.length > 6 ? `${shown}, ...` : shown;
}
