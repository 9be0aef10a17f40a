import { tf } from '@raremask/tfjs';
import { OWN, type Owned } from '../ownMark.ts';

/** A tensor, where the gradient asks for more than its shape. */
export type Tensor = tf.Tensor;

/** What a kernel was called with. */
export type Attributes = Readonly<Record<string, unknown>>;

/**
 * The gradient of one kernel: for each input that can have one, how it follows from that of the result.
 *
 * @param dy of the result; of several results, one for each
 * @param saved the tensors that were asked for: inputs first, then results
 */
type GradientOf = (
  dy: Tensor | Tensor[],
  saved: readonly Tensor[],
  attributes: Attributes,
) => Readonly<Record<string, () => Tensor>>;

export interface MissingGradient {
  readonly kernel: string;
  /** Inputs whose values are kept until the gradient is taken. */
  readonly inputs?: readonly string[];
  /** Keeps all inputs, of a kernel that takes any number of them. */
  readonly allInputs?: boolean;
  /** Results that are kept, by their position. */
  readonly results?: readonly boolean[];
  readonly gradient: GradientOf;
}

/** Hands a gradient to tfjs; one that it had is replaced. */
export function register({ kernel, inputs, allInputs, results, gradient }: MissingGradient): void {
  const config: Parameters<typeof tf.registerGradient>[0] & Owned = {
    [OWN]: true,
    kernelName: kernel,
    ...(inputs && { inputsToSave: [...inputs] }),
    ...(allInputs && { saveAllInputs: true }),
    ...(results && { outputsToSave: [...results] }),
    gradFunc: (dy, saved, attributes) =>
      gradient(dy as Tensor | Tensor[], saved, attributes as unknown as Attributes),
  };
  tf.registerGradient(config);
}

/** Zeros shaped like a tensor that has no slope: numbers of places, and conditions. */
export function noSlope(shape: readonly number[]): Tensor {
  return tf.zeros([...shape]);
}
