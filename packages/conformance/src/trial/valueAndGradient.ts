import type { Loss, LossInput } from '@raremask/core';
import {
  type GradientGap,
  gradientGap,
  inOwnScopes,
  learntFrom,
  lossInput,
  tapeLength,
} from '@raremask/core/loss';
import { tf } from '@raremask/tfjs';
import type { Batch } from './batch.ts';
import { NoGradient } from './noGradient.ts';

/** A loss gave something else than numbers for the images. */
export class WrongValue extends Error {
  /** What it gave in this call. */
  readonly gave: string;
  /** In what it is wrong, whatever the call. */
  readonly wrong: string;

  constructor(gave: string, wrong: string) {
    super(gave);
    this.gave = gave;
    this.wrong = wrong;
  }
}

function wrongValue(value: unknown, images: number): WrongValue | undefined {
  if (!(value instanceof tf.Tensor)) {
    const gave = value instanceof Promise ? 'a promise' : typeof value;
    return new WrongValue(gave, gave);
  }
  const { rank, shape, dtype } = value;
  const gave = `${dtype} [${shape.join(', ')}]`;
  if (dtype !== 'float32') return new WrongValue(gave, dtype);
  if (rank > 1) return new WrongValue(gave, 'more than one axis');
  return rank === 1 && shape[0] !== images ? new WrongValue(gave, 'another length') : undefined;
}

/** Calls a loss; it leaves the scopes of tfjs as they are. */
function valueIn(loss: Loss, input: LossInput): ReturnType<Loss> {
  return inOwnScopes(
    () => loss(input),
    () => new Error('it begins or ends scopes of tfjs that are not its own'),
  );
}

/** @throws WrongValue */
export function checkedValue(loss: Loss, input: LossInput, images: number): ReturnType<Loss> {
  const value = valueIn(loss, input);
  const wrong = wrongValue(value, images);
  if (wrong) throw wrong;
  return value;
}

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
 * @throws NoGradient, WrongValue
 */
export async function evaluate(loss: Loss, batch: Batch): Promise<Evaluation> {
  let shape: readonly number[] = [];
  let dtype = '';
  let kept: tf.Tensor | undefined;
  let gap: GradientGap | undefined;
  let wrong: WrongValue | undefined;
  const differentiate = () =>
    tf.tidy(() => {
      const { logits, target, weight } = tensors(batch);
      return tf.grad((scores) => {
        const input = lossInput(batch.facts, scores, target, weight);
        const since = tapeLength();
        const value = valueIn(loss, input);
        wrong = wrongValue(value, batch.images);
        if (wrong) return tf.sum(scores);
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
  if (wrong ?? gap) {
    gradient.dispose();
    throw wrong ?? new NoGradient(gap!);
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
    checkedValue(loss, lossInput(batch.facts, logits, target, weight), batch.images);
  });
}

/** The values without the gradient. */
async function valuesOf(loss: Loss, batch: Batch): Promise<readonly number[]> {
  const result = tf.tidy(() => {
    const { logits, target, weight } = tensors(batch);
    return checkedValue(loss, lossInput(batch.facts, logits, target, weight), batch.images);
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
