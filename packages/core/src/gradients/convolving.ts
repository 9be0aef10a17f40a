import { tf } from '@raremask/tfjs';
import type { MissingGradient, Tensor } from './register.ts';

/** Convolutions: tf.conv3dTranspose is the kernel that gives the gradient of a convolution's input. */
export const convolving: readonly MissingGradient[] = [
  {
    kernel: 'Conv3DBackpropInputV2',
    inputs: ['dy', 'filter'],
    gradient: (slope, [dy, filter], { strides, pad }) => ({
      dy: () =>
        tf.conv3d(
          slope as tf.Tensor5D,
          filter as tf.Tensor5D,
          strides as [number, number, number],
          pad as 'same',
        ),
      filter: () =>
        tf.engine().runKernel('Conv3DBackpropFilterV2', { x: slope as Tensor, dy: dy! }, {
          strides,
          pad,
          filterShape: filter!.shape,
        } as tf.NamedAttrMap) as Tensor,
    }),
  },
];
