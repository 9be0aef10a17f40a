import type { Facts, Model, Parameter } from '@raremask/core';
import { createRandom } from '@raremask/core/host';
import { completeGradients, type GradientGap, gradientGap, tapeLength } from '@raremask/core/loss';
import { tf } from '@raremask/tfjs';
import { product } from '../trial/batch.ts';
import { NoGradient } from '../trial/noGradient.ts';

/** Everything that one call of a model gets, as plain numbers. */
export interface Call {
  /** What it is, for messages. */
  readonly label: string;
  readonly mode: 'train' | 'infer';
  /** [batch, ...space, channels] */
  readonly shape: readonly number[];
  readonly images: Float32Array;
  readonly weights: readonly Float32Array[];
  readonly buffers: readonly Float32Array[];
  /** Seed of the numbers that `uniform` gives. */
  readonly uniform: string;
}

/** A tensor that came back, as plain numbers. */
export interface Plain {
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly values: readonly number[];
}

/** What came of a call. */
export interface Answer {
  readonly logits: Plain;
  readonly buffers: readonly Plain[] | undefined;
  /** Shapes that `uniform` was asked for. */
  readonly draws: readonly (readonly number[])[];
}

/** Tensors of a call, made in the scope that is open. */
export interface CallTensors {
  readonly images: tf.Tensor;
  readonly weights: tf.Tensor[];
  readonly buffers: tf.Tensor[];
}

export function tensorsOf(model: Model, { shape, images, weights, buffers }: Call): CallTensors {
  const all = (list: readonly Parameter[], values: readonly Float32Array[]) =>
    list.map((parameter, index) => tf.tensor(values[index]!.slice(), [...parameter.shape]));
  return {
    images: tf.tensor(images.slice(), [...shape]),
    weights: all(model.weights, weights),
    buffers: all(model.buffers, buffers),
  };
}

/** Numbers that are fixed by a seed, the shape and the count of earlier draws, and a list of the draws. */
export function uniformOf(seed: string): {
  uniform(shape: readonly number[]): tf.Tensor;
  readonly draws: (readonly number[])[];
} {
  const draws: (readonly number[])[] = [];
  return {
    draws,
    uniform(shape) {
      const random = createRandom(`${seed} ${draws.length}`);
      draws.push([...shape]);
      const values = Float32Array.from({ length: product(shape) }, () => random.next());
      return tf.tensor(values, [...shape]);
    },
  };
}

/** Runs a model as a step does, in tf.tidy. What it keeps stays. */
export async function answerOf(model: Model, call: Call): Promise<Answer> {
  const { uniform, draws } = uniformOf(call.uniform);
  let returnsBuffers = false;
  const tensors = tf.tidy(() => {
    const { logits, buffers } = model.forward({
      ...tensorsOf(model, call),
      mode: call.mode,
      uniform,
    });
    requireTensor('logits', logits);
    returnsBuffers = buffers !== undefined;
    for (const buffer of buffers ?? []) requireTensor('a buffer', buffer);
    return [logits, ...(buffers ?? [])].map((tensor) => tf.clone(tensor));
  });
  const [logits, ...buffers] = await Promise.all(tensors.map(plain));
  tf.dispose(tensors);
  return { logits: logits!, buffers: returnsBuffers ? buffers : undefined, draws };
}

async function plain(tensor: tf.Tensor): Promise<Plain> {
  const { shape, dtype } = tensor;
  return { shape, dtype, values: [...(await tensor.data())] };
}

function requireTensor(what: string, value: unknown): void {
  if (!(value instanceof tf.Tensor)) throw new TypeError(`${what} of the outputs is no tensor`);
}

/** A weighted sum of logits, with which a model is differentiated. */
function coefficients(length: number): Float32Array {
  const random = createRandom('coefficients');
  return Float32Array.from({ length }, () => random.normal());
}

export function weightedSum(values: readonly number[]): number {
  const factors = coefficients(values.length);
  return values.reduce((sum, value, at) => sum + value * factors[at]!, 0);
}

/**
 * The gradient of `weightedSum` of the logits with respect to each weight; undefined where there is
 * no way from the weight to the logits.
 *
 * @param of outputs: of the auxiliary and image logits as well, added up
 * @throws NoGradient
 */
export async function gradientsOf(
  model: Model,
  call: Call,
  of: 'logits' | 'outputs' = 'logits',
): Promise<readonly (readonly number[] | undefined)[]> {
  completeGradients();
  const { uniform } = uniformOf(call.uniform);
  let gap: GradientGap | undefined;
  const found = tf.tidy(() => {
    const { images, weights, buffers } = tensorsOf(model, call);
    const { grads } = tf.engine().gradients(
      () => {
        const forward = () => model.forward({ images, weights, buffers, mode: call.mode, uniform });
        const since = tapeLength();
        const { logits, auxiliary = [], image } = forward();
        const outputs = image ? [...auxiliary, image] : auxiliary;
        const others = of === 'outputs' ? outputs.map((output) => output.logits) : [];
        const to = [logits, ...others];
        gap = gradientGap({ from: weights, to, since, again: forward });
        // Thrown in here, it would leave behind what the gradient has saved.
        if (gap) return tf.addN(weights.map((weight) => tf.sum(weight)));
        return to
          .map((one) => tf.sum(tf.mul(one, tf.tensor(coefficients(one.size), one.shape))))
          .reduce((left, right) => tf.add(left, right));
      },
      weights,
      undefined,
      true,
    );
    // Not null where the weight has no part in the value.
    return grads.map((gradient: tf.Tensor | null | undefined) => gradient ?? tf.tensor1d([]));
  });
  if (gap) {
    tf.dispose(found);
    throw new NoGradient(gap);
  }
  const values = await Promise.all(found.map((gradient) => gradient.data()));
  tf.dispose(found);
  return values.map((gradient) => (gradient.length === 0 ? undefined : [...gradient]));
}

/** First weights, moved a little, so that none stands at a value where it has no effect yet. */
function movedWeights({ weights }: Model, seed: string): Float32Array[] {
  return weights.map(({ name, initial }) => {
    const random = createRandom(`${seed} ${name}`);
    return initial.map((value) => value + 0.1 * random.normal());
  });
}

/** First buffers, each raised a little, as variances stay above 0. */
function movedBuffers({ buffers }: Model, seed: string): Float32Array[] {
  return buffers.map(({ name, initial }) => {
    const random = createRandom(`${seed} ${name}`);
    return initial.map((value) => value + 0.1 * random.next());
  });
}

/** A size that every model of these multiples takes: no two axes are as long as each other. */
export function fittingSize({ multipleOf }: Model): readonly number[] {
  return multipleOf.map(
    (multiple, axis) => multiple * Math.max(2 + (axis % 2), Math.ceil((4 + 2 * axis) / multiple)),
  );
}

/** Normalised images: noise, each image with a mean of its own. The seed moves the weights too. */
export function callOf(
  model: Model,
  facts: Facts,
  {
    images = 3,
    size = fittingSize(model),
    mode = 'train' as Call['mode'],
    seed = 'images',
  }: {
    readonly images?: number;
    readonly size?: readonly number[];
    readonly mode?: Call['mode'];
    readonly seed?: string;
  } = {},
): Call {
  const random = createRandom(seed);
  const shape = [images, ...size, facts.channels];
  const perImage = product(shape.slice(1));
  const values = Float32Array.from(
    { length: product(shape) },
    (_, at) => random.normal() + 0.5 * Math.floor(at / perImage),
  );
  return {
    label: `${images} ${images === 1 ? 'image' : 'images'} of [${size.join(', ')}] ${mode === 'train' ? 'in training' : 'in inference'}`,
    mode,
    shape,
    images: values,
    weights: movedWeights(model, seed),
    buffers: movedBuffers(model, seed),
    uniform: 'uniform',
  };
}

/** The same call with some of its images. */
export function withCallImages(call: Call, order: readonly number[]): Call {
  const perImage = product(call.shape.slice(1));
  const images = new Float32Array(order.length * perImage);
  for (const [at, image] of order.entries()) {
    images.set(call.images.subarray(image * perImage, (image + 1) * perImage), at * perImage);
  }
  return { ...call, images, shape: [order.length, ...call.shape.slice(1)] };
}
