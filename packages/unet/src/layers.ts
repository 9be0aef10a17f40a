import { tf } from '@raremask/tfjs';
import { batchNormalized, requireValues } from './batchNormalization.ts';
import { addBias, moments, normalize, type StatisticSet } from './normalization.ts';
import { DEFAULT_GROUPS, type UnetOptions } from './options.ts';
import type { ParameterList, Pass } from './parameterList.ts';
import { convolve, convolveTransposed, type Factors, repeatPixels } from './spatial.ts';

/** Images side by side along the channel axis -> one image. */
export type Layer = (inputs: readonly tf.Tensor[], pass: Pass) => tf.Tensor;

/** What the layers of one network have in common. */
export interface Plan {
  readonly parameters: ParameterList;
  readonly options: UnetOptions;
  readonly space: 2 | 3;
}

/** Undoes a pooling by these factors, from a coarser level's channels to a finer one's. */
export function upsampling(
  plan: Plan,
  name: string,
  from: number,
  to: number,
  factors: Factors,
): Layer {
  const { parameters, options } = plan;
  if (options.upsampling === 'nearest') return ([x]) => repeatPixels(x!, factors);
  const deviation = kernelDeviation(plan, from);
  if (options.upsampling === 'transposed') {
    const shape = [...factors, to, from];
    const kernel = parameters.kernel(`${name}.kernel`, shape, deviation);
    const bias = parameters.vector(`${name}.bias`, Array<number>(to).fill(0));
    return ([x], { weights }) => addBias(convolveTransposed(x!, weights[kernel]!), weights[bias]!);
  }
  const pointwise = pointwiseConvolution(plan, name, from, to, deviation);
  // Repeating pixels and a 1x1 convolution commute: before it, the convolution has less to do.
  return (inputs, pass) => repeatPixels(pointwise(inputs, pass), factors);
}

/**
 * A last 1x1 convolution. Its kernel sums to 0 for every class, so that with activations of one mean
 * the first logits lie about the bias. (A small kernel would hold them closer to it, and slows the
 * first epochs: everything before it learns by way of it.)
 */
export function head(plan: Plan, name: string, from: number, bias: readonly number[]): Layer {
  const { parameters, space } = plan;
  const shape = [...Array<number>(space).fill(1), from, bias.length];
  const kernel = parameters.centredKernel(`${name}.kernel`, shape, heDeviation(from), space);
  const offset = parameters.vector(`${name}.bias`, bias);
  return ([x], { weights }) => addBias(convolve(x!, weights[kernel]!), weights[offset]!);
}

/**
 * The same for each pixel of a block that the network has taken together, by weights of its own (sub-pixel convolution;
 * Shi et al. 2016): a transposed convolution as wide as its stride.
 */
export function patchHead(
  { parameters }: Plan,
  name: string,
  from: number,
  bias: readonly number[],
  patch: Factors,
): Layer {
  const shape = [...patch, bias.length, from];
  const kernel = parameters.centredKernel(
    `${name}.kernel`,
    shape,
    heDeviation(from),
    shape.length - 1,
  );
  const offset = parameters.vector(`${name}.bias`, bias);
  return ([x], { weights }) => addBias(convolveTransposed(x!, weights[kernel]!), weights[offset]!);
}

/** Sets a share of the values to 0 and scales up the others (Srivastava et al. 2014); training only. */
export function dropout(x: tf.Tensor, share: number, pass: Pass): tf.Tensor {
  if (share === 0 || pass.mode === 'infer') return x;
  const kept = tf.cast(tf.greaterEqual(pass.uniform(x.shape), share), 'float32');
  return tf.mul(x, tf.mul(kept, 1 / (1 - share)));
}

/** A 1x1 convolution with a bias, which nothing normalises. */
export function pointwiseConvolution(
  { parameters, space }: Plan,
  name: string,
  from: number,
  to: number,
  deviation: number,
): Layer {
  const shape = [...Array<number>(space).fill(1), from, to];
  const kernel = parameters.kernel(`${name}.kernel`, shape, deviation);
  const bias = parameters.vector(`${name}.bias`, Array<number>(to).fill(0));
  return (inputs, { weights }) => addBias(convolveJoined(inputs, weights[kernel]!), weights[bias]!);
}

/** Keeps the variance of values through layers of ReLU (He et al. 2015). */
export function heDeviation(inputs: number): number {
  return Math.sqrt(2 / inputs);
}

/**
 * The deviation of a kernel's first values. Where nothing normalises, He's. A normalisation undoes any
 * scale of the kernel before it, so there it only says how far one step of an optimizer such as Adam
 * turns the kernel; a variance of 1 / (3 inputs), PyTorch's, is what common learning rates are used to.
 */
function kernelDeviation({ options }: Plan, inputs: number): number {
  return options.norm === 'none' ? heDeviation(inputs) : plainDeviation(inputs);
}

/** The deviation that PyTorch gives a kernel: a variance of 1 / (3 inputs). */
export function plainDeviation(inputs: number): number {
  return Math.sqrt(1 / (3 * inputs));
}

/**
 * A convolution as wide as `extent`, then the normalisation of the network, or a bias without one.
 *
 * @param strides pixels from one result to the next along each axis of space; left out, 1
 */
export function normalizedConvolution(
  plan: Plan,
  name: string,
  from: number,
  to: number,
  extent: number,
  strides?: Factors,
): Layer {
  const { parameters, options, space } = plan;
  const convolved = (inputs: readonly tf.Tensor[], kernel: tf.Tensor) =>
    convolveJoined(inputs, kernel, strides);
  const shape = [...Array<number>(space).fill(extent), from, to];
  const kernel = parameters.kernel(
    `${name}.kernel`,
    shape,
    kernelDeviation(plan, extent ** space * from),
  );
  if (options.norm === 'none') {
    const bias = parameters.vector(`${name}.bias`, Array<number>(to).fill(0));
    return (inputs, { weights }) => addBias(convolved(inputs, weights[kernel]!), weights[bias]!);
  }
  const scale = parameters.vector(`${name}.scale`, Array<number>(to).fill(1));
  const shift = parameters.vector(`${name}.shift`, Array<number>(to).fill(0));
  if (options.norm !== 'batch') {
    const set: StatisticSet =
      options.norm === 'group'
        ? { over: 'group', groups: options.groups ?? DEFAULT_GROUPS }
        : { over: 'instance' };
    return (inputs, { weights }) => {
      const x = convolved(inputs, weights[kernel]!);
      requireValues(name, x, set);
      return normalize(x, moments(x, set), weights[scale]!, weights[shift]!);
    };
  }
  return batchNormalized(parameters, name, { kernel, scale, shift }, to, convolved);
}

/**
 * Convolution of images side by side along the channel axis, as a sum over the images: the same as
 * of their concatenation, without the concatenation and the cutting up of its gradient, which cost
 * some backends more than the convolution.
 */
function convolveJoined(
  inputs: readonly tf.Tensor[],
  kernel: tf.Tensor,
  strides?: Factors,
): tf.Tensor {
  if (inputs.length === 1) return convolve(inputs[0]!, kernel, strides);
  const axis = kernel.rank - 2;
  const parts = tf.split(
    kernel,
    inputs.map((input) => input.shape.at(-1)!),
    axis,
  );
  return inputs
    .map((input, index) => convolve(input, parts[index]!, strides))
    .reduce((a, b) => tf.add(a, b));
}

/** The images, concatenated. */
export function joined(inputs: readonly tf.Tensor[]): tf.Tensor {
  return inputs.length === 1 ? inputs[0]! : tf.concat([...inputs], -1);
}
