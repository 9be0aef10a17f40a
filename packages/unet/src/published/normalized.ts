import type { Tensor } from '@tensorflow/tfjs';
import { batchNormalized } from '../batchNormalization.ts';
import { heDeviation, type Layer, type Plan } from '../layers.ts';

/** A convolution of a published network, which a batch normalisation follows whatever `norm` says. */
interface Convolution {
  readonly name: string;
  /** [height, width, in, out], or [height, width, channels, 1] of a depthwise one. */
  readonly shape: readonly [number, number, number, number];
  readonly depthwise?: boolean;
  convolve(x: Tensor, kernel: Tensor): Tensor;
  /** Added to a variance before its root is taken. */
  readonly epsilon?: number;
}

export function normalized({ parameters }: Plan, of: Convolution): Layer {
  const { name, shape, depthwise = false, epsilon } = of;
  const [height, width, from, last] = shape;
  const to = depthwise ? from : last;
  const fan = height * width * (depthwise ? 1 : from);
  const places = {
    kernel: parameters.kernel(`${name}.kernel`, shape, heDeviation(fan)),
    scale: parameters.vector(`${name}.scale`, Array<number>(to).fill(1)),
    shift: parameters.vector(`${name}.shift`, Array<number>(to).fill(0)),
  };
  const convolved = ([x]: readonly Tensor[], kernel: Tensor) => of.convolve(x!, kernel);
  return batchNormalized(parameters, name, places, to, convolved, {
    ...(epsilon !== undefined && { epsilon }),
    kernelAxes: depthwise ? 1 : 0,
  });
}
