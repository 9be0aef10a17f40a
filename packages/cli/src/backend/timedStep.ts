import type { Loss, Model, Optimizer, Parameter } from '@raremask/core';
import type { StepCall, StepProgram } from '@raremask/engine';
import { tf } from '@raremask/tfjs';

/** Images of a batch, their extent, and the channels of the first level. */
const BATCH = 4;
const SIZE = 64;
const CHANNELS = 16;

/**
 * What backends are timed with: a U-Net of two levels on 4 images of 64x64, cross-entropy, gradient descent. A
 * plugin's would say the same, and is not installed everywhere.
 */
export function timedStep(): { readonly program: StepProgram; readonly call: StepCall } {
  const filters: Parameter[] = [
    filter('first', [3, 3, 1, CHANNELS]),
    filter('down', [3, 3, CHANNELS, 2 * CHANNELS]),
    filter('up', [2, 2, CHANNELS, 2 * CHANNELS]),
    filter('joined', [3, 3, 2 * CHANNELS, CHANNELS]),
    filter('last', [1, 1, CHANNELS, 2]),
  ];
  const model: Model = {
    weights: filters,
    buffers: [],
    multipleOf: [2, 2],
    forward({ images, weights }) {
      const [first, down, up, joined, last] = weights as tf.Tensor4D[];
      const convolved = (x: tf.Tensor4D, by: tf.Tensor4D) =>
        tf.relu(tf.conv2d(x, by, 1, 'same')) as tf.Tensor4D;
      const fine = convolved(images as tf.Tensor4D, first!);
      const coarse = convolved(tf.maxPool(fine, 2, 2, 'same'), down!);
      const [batch, height, width] = fine.shape;
      const shape: [number, number, number, number] = [batch, height, width, CHANNELS];
      const raised = tf.conv2dTranspose(coarse, up!, shape, 2, 'same');
      const both = tf.concat([fine, raised], 3) as tf.Tensor4D;
      return { logits: tf.conv2d(convolved(both, joined!), last!, 1, 'same') };
    },
  };
  const loss: Loss = ({ logProbabilities, target }) =>
    tf.neg(tf.mean(tf.mul(target, logProbabilities), [1, 2, 3])) as tf.Tensor1D;
  const optimizer: Optimizer = {
    slots: [],
    update: ({ weight, gradient, learningRate }) => ({
      weight: tf.sub(weight, tf.mul(learningRate, gradient)),
      slots: {},
    }),
  };
  const classes = ['background', 'structure'].map((name, value) => ({ name, value }));
  const facts = { space: 2, channels: 1, classes, overlapping: false } as const;
  return {
    program: { facts, model, losses: [loss], optimizer, clip: null, outcomes: false },
    call: call(),
  };
}

function filter(name: string, shape: readonly number[]): Parameter {
  const size = tf.util.sizeFromShape([...shape]);
  const reach = Math.sqrt(2 / (size / shape.at(-1)!));
  const initial = Float32Array.from({ length: size }, (_, at) => reach * Math.sin(12.9898 * at));
  return { name, shape, initial, decay: true };
}

function call(): StepCall {
  const pixels = BATCH * SIZE * SIZE;
  const target = new Float32Array(2 * pixels);
  for (let pixel = 0; pixel < pixels; pixel++) target[2 * pixel + (pixel % 37 === 0 ? 1 : 0)] = 1;
  return {
    count: BATCH,
    size: [SIZE, SIZE],
    images: Float32Array.from({ length: pixels }, (_, at) => Math.sin(0.37 * at)),
    target,
    weight: new Float32Array(pixels).fill(1),
    learningRate: 0.01,
    numbers: {},
    termWeights: [1],
    uniform: (into) => into.fill(0.5),
  };
}
